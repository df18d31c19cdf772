"""Qdrant over TLS with a key: both services work so, and what is not trusted is one line.

The server is the tests' own, which speaks Qdrant's gRPC; where QDRANT_HOST names a real one with QDRANT_TLS,
the contract suite runs over that.
"""

import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.brokers.broker import Broker
from tests.brokers.topics import Topics
from tests.engine_server.edge_client import EdgeClient
from tests.engine_server.qdrant_front import QdrantFront
from tests.services.certificates import Authority, make_authority
from tests.services.consumer_process import ConsumerProcess
from tests.services.eventually import eventually
from tests.services.search_api_process import SearchApiProcess
from vector_store import StoreUnavailable, VectorStoreSettings, open_store

_KEY = "s3cret"


@dataclass(frozen=True, slots=True)
class Secured:
    """A server at `port`, with the authority that it is certified by and another one."""

    port: int
    authority: Authority
    other: Authority

    def settings(self, **changed: str) -> dict[str, str]:
        return {
            "QDRANT_HOST": "127.0.0.1",
            "QDRANT_GRPC_PORT": str(self.port),
            "QDRANT_TLS": "true",
            "QDRANT_CA_FILE": str(self.authority.ca_file),
            "QDRANT_API_KEY": _KEY,
            **changed,
        }


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Secured]:
    authority, other = make_authority(tmp_path / "authority"), make_authority(tmp_path / "other")
    tls = authority.key_file.read_bytes(), authority.chain_file.read_bytes()
    folder = tmp_path / "engine"
    folder.mkdir()
    with closing(EdgeClient(folder)) as behind, closing(QdrantFront(behind, api_key=_KEY, tls=tls)) as front:
        yield Secured(front.port, authority, other)


def test_both_services_work_over_tls_with_a_key(
    secured: Secured, kafka: Broker, topics: Topics, tmp_path: Path
) -> None:
    """The consumer makes the index over TLS and is a member of its group; the search API finds it."""
    told = {
        **secured.settings(),
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "KAFKA_TOPICS": topics.create(),
        "KAFKA_DEAD_LETTER_TOPIC": topics.create("dead-letters"),
        "CONSUMER_STATUS_PORT": "0",
    }
    consumer = ConsumerProcess(told, tmp_path / "consumer.log")
    search_api = SearchApiProcess(secured.settings(), tmp_path / "search_api.log")
    try:
        consumer.start()
        assert eventually(consumer.has_partitions, 90), consumer.log_tail()
        search_api.start()
        search_api.wait_until_ready()
        assert consumer.end(signal.SIGTERM, 60) == 0, consumer.log_tail()
    finally:
        consumer.kill()
        search_api.kill()


@pytest.mark.parametrize("wrong", ["authority", "key", "file"])
def test_what_is_not_trusted_is_one_line(secured: Secured, wrong: str, tmp_path: Path) -> None:
    """Another authority, a wrong key, a file that is none: the setting is named, and no secret is told."""
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("nothing")
    changed, named = {
        "authority": ({"QDRANT_CA_FILE": str(secured.other.ca_file)}, "QDRANT_CA_FILE"),
        "key": ({"QDRANT_API_KEY": "wrong-key"}, "QDRANT_API_KEY"),
        "file": ({"QDRANT_CA_FILE": str(nothing)}, "QDRANT_CA_FILE"),
    }[wrong]
    done = products(secured.settings(**changed))
    assert done.returncode not in {0, None}
    # gRPC's library may write a line of its own about the handshake.
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("error:"))
    assert "Traceback" not in done.stderr
    assert named in line
    assert "wrong-key" not in line


def test_http_trusts_the_same_authority(tmp_path: Path) -> None:
    """Without gRPC, too, a server of that authority is talked to, and one of another is not."""
    authority, other = make_authority(tmp_path / "authority"), make_authority(tmp_path / "other")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.chain_file, authority.key_file)
    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        server.expect_request("/collections").respond_with_data("busy", status=503)
        assert "busy" in said(server.port, authority)
        assert "QDRANT_CA_FILE" in said(server.port, other)


def said(port: int, authority: Authority) -> str:
    settings = VectorStoreSettings(
        qdrant_host="127.0.0.1",
        qdrant_port=port,
        qdrant_grpc_port=0,
        qdrant_tls=True,
        qdrant_ca_file=authority.ca_file,
    )
    with closing(open_store(settings)) as store, pytest.raises(StoreUnavailable) as caught:
        store.generations()
    return str(caught.value)


def products(environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    variables = [f"{name}={value}" for name, value in environment.items()]
    return subprocess.run(
        ["env", *variables, sys.executable, "-m", "consumer", "products"],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
