"""A consumer is started while what it needs is away: it waits with words, and goes on by itself."""

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
import requests
from pytest_httpserver import HTTPServer

from consumer.errors import KafkaRefused
from consumer.kafka.topics import prepare_topics
from tests.brokers.broker import Broker
from tests.brokers.free_ports import free_ports
from tests.chaos.album import Album
from tests.chaos.members import Member, Members
from tests.engine_server.engine_server import EngineServer
from tests.integration.consumer.conftest import Shop
from tests.integration.consumer.test_start_checks import refusal
from tests.services.consumer_command import run_command
from tests.services.eventually import eventually, throughout
from tests.services.faulty_wire import FaultyWire
from tests.services.published import product_event, publish
from tests.services.search_api_process import SearchApiProcess
from vector_store import VectorStore

pytestmark = pytest.mark.integration

_RESUMES_WITHIN_SECONDS = 15
_A_MOMENT_SECONDS = 5


@pytest.fixture
def index(engine_server: EngineServer) -> dict[str, str]:
    """Always the tests' own: here it is only away."""
    return {"QDRANT_HOST": "127.0.0.1", "QDRANT_GRPC_PORT": str(engine_server.port)}


@pytest.fixture
def to_index(engine_server: EngineServer) -> Iterator[FaultyWire]:
    with FaultyWire(engine_server.port) as wire:
        yield wire


@pytest.fixture
def to_kafka(shop: Shop) -> Iterator[FaultyWire]:
    """A wire to the broker, as far as the first answer: the broker then names its own address."""
    host, _colon, port = shop.bootstrap_servers.partition(":")
    with FaultyWire(int(port), host) as wire:
        yield wire


def waits(member: Member, part: str, *words: str) -> bool:
    """Whether the member runs, is healthy, and its readiness says these words of the part."""
    said = member.waits_for().get(part, "")
    return member.is_alive() and all(word in said for word in words)


@pytest.mark.parametrize("way", ["cut", "freeze"])
def test_the_index_is_away_at_the_start(
    *, shop: Shop, store: VectorStore, album: Album, to_index: FaultyWire, tmp_path: Path, way: str
) -> None:
    """The member says what it waits for, and once the index answers it makes the generation and reads."""
    urls = album.serve_all(shop.host, addresses=1)
    product = {"id": "p1", "images": urls[:1]}
    publish(shop.bootstrap_servers, [product_event(shop.created, "created", product, order=1)])
    {"cut": to_index.cut, "freeze": to_index.freeze}[way]()
    settings = shop.environment(QDRANT_GRPC_PORT=str(to_index.port), QDRANT_TIMEOUT_SECONDS="1")
    with Members(settings, tmp_path) as members:
        member = members.start()
        assert eventually(lambda: waits(member, "index", "does not answer", "aliases")), member.log_tail()
        assert throughout(lambda: waits(member, "index", "does not answer"), seconds=2), member.log_tail()
        assert member.status()["status"].startswith("Starting: index does not answer")
        assert member.log().count('"paused"') == 1
        assert store.promoted() is None
        to_index.mend()
        assert eventually(member.consumes, _RESUMES_WITHIN_SECONDS), member.log_tail()
        shop.wait_until_done(store, timeout_seconds=60)
        assert member.waits_for() == {}
        members.stop_all()


def test_kafka_is_away_at_the_start(
    *, shop: Shop, store: VectorStore, to_kafka: FaultyWire, tmp_path: Path
) -> None:
    """The same of the brokers."""
    to_kafka.cut()
    away = replace(shop, bootstrap_servers=f"127.0.0.1:{to_kafka.port}")
    with Members(away.environment(), tmp_path) as members:
        member = members.start()
        assert eventually(lambda: waits(member, "kafka", "does not answer", away.bootstrap_servers), 40)
        assert member.log().count('"paused"') == 1
        to_kafka.mend()
        assert eventually(lambda: member.waits_for() == {}, 40), member.log_tail()
        members.stop_all()


def test_a_signal_while_the_index_is_waited_for(shop: Shop, to_index: FaultyWire, tmp_path: Path) -> None:
    """SIGTERM ends the waiting in a moment, with 0, also while an answer is out."""
    to_index.freeze()
    with Members(shop.environment(QDRANT_GRPC_PORT=str(to_index.port)), tmp_path) as members:
        member = members.start()
        assert eventually(lambda: member.waits_for().get("start") is not None), member.log_tail()
        began = monotonic()
        assert member.end(signal.SIGTERM, timeout_seconds=30) == 0, member.log_tail()
        assert monotonic() - began < _A_MOMENT_SECONDS


def test_wrong_settings_are_not_waited_for(shop: Shop, httpserver: HTTPServer) -> None:
    """Who answers and is no Qdrant, wants another key, or speaks no TLS, ends the start with one line."""
    port = str(httpserver.port)
    assert "http/2" in refusal(shop.environment(QDRANT_GRPC_PORT=port)).lower()
    over_http = {"QDRANT_PORT": port, "QDRANT_GRPC_PORT": "0"}
    assert "SSL" in refusal(shop.environment(**over_http, QDRANT_TLS="true"))
    httpserver.expect_request("/aliases").respond_with_json({"status": {"error": "no"}}, 401)
    line = refusal(shop.environment(**over_http))
    assert "401" in line
    assert "QDRANT_API_KEY" in line


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"security.protocol": "SSL"}, "PLAINTEXT broker"),
        ({"security.protocol": "NONE"}, "security.protocol"),
    ],
    ids=["tls where none is spoken", "no such value"],
)
def test_a_kafka_that_refuses_is_told_from_one_that_is_away(
    kafka: Broker, config: dict[str, str], words: str
) -> None:
    """What only another KAFKA_CONFIG can mend is one line that names it."""
    config = {"bootstrap.servers": kafka.bootstrap_servers, **config}
    with pytest.raises(KafkaRefused, match="KAFKA_CONFIG") as caught:
        prepare_topics(config, topics=("any",), own_topics=(), deadline_seconds=3)
    assert words in str(caught.value)


def test_a_search_api_whose_index_is_away_at_the_start(to_index: FaultyWire, tmp_path: Path) -> None:
    """It listens and says 503 in words, logs one line, goes on once the index answers, and stops in order."""
    to_index.freeze()
    where = {
        "QDRANT_HOST": "127.0.0.1",
        "QDRANT_GRPC_PORT": str(to_index.port),
        "QDRANT_TIMEOUT_SECONDS": "1",
    }
    api = SearchApiProcess(where, tmp_path / "api.log")
    api.start()
    try:
        assert eventually(lambda: "index cannot be asked" in ready(api), 60), api.log_tail()
        to_index.mend()
        assert eventually(lambda: "no index yet" in ready(api), 30), api.log_tail()
        assert api.log_tail().count("the index does not answer") == 1
        to_index.freeze()
        assert api.end(signal.SIGTERM, timeout_seconds=30) == 0, api.log_tail()
    finally:
        api.kill()


def ready(api: SearchApiProcess) -> str:
    """What /readyz says."""
    with requests.Session() as session:
        try:
            return session.get(f"{api.address}/readyz", timeout=10).text
        except requests.RequestException:
            return ""


def test_another_command_does_not_wait(shop: Shop) -> None:
    """Whoever asks at a terminal is told after the deadline."""
    [nobody] = free_ports(1)
    environment = shop.environment(QDRANT_GRPC_PORT=str(nobody), QDRANT_TIMEOUT_SECONDS="1")
    outcome = run_command(environment, "generations", "list")
    assert "refused" in (outcome.error or "")
