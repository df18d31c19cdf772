"""The index goes away, and then is overloaded: nothing is committed past it, nothing is put aside for it."""

from dataclasses import dataclass
from pathlib import Path
from statistics import median

import grpc  # type: ignore[import-untyped]  # it has no stubs
import pytest
from qdrant_client import grpc as wire

from tests.brokers.broker import Broker
from tests.brokers.topics import Topics
from tests.chaos.album import Album
from tests.chaos.conftest import make_shop, on
from tests.chaos.history import HistorySize, history
from tests.chaos.members import Members
from tests.chaos.test_members_come_and_go import in_parts, wait_for_a_moment
from tests.chaos.trial import Trial
from tests.chaos.verdict import judge
from tests.engine_server.engine_server import EngineServer
from tests.engine_server.qdrant_front import Fault
from tests.image_host.scripted_image_host import ScriptedImageHost
from tests.services.dead_letter_reading import read_dead_letters
from tests.services.eventually import eventually, throughout
from tests.services.group_progress import group_of_store
from tests.services.published import publish
from vector_store import open_store

_RESUMES_WITHIN_SECONDS = 5
_GROWTH = 1.05
# By name: the call, and what it gets. A write that was refused may have been applied all the same.
_FAULTS = {
    "write refused": ("UpdateBatch", Fault(code=grpc.StatusCode.UNAVAILABLE)),
    "write applied, answer lost": ("UpdateBatch", Fault(code=grpc.StatusCode.UNAVAILABLE, applied=True)),
    "write applied, timed out": ("UpdateBatch", Fault(code=grpc.StatusCode.DEADLINE_EXCEEDED, applied=True)),
    "write applied, no answer": ("UpdateBatch", Fault(silent=True, applied=True)),
    "write not applied, no answer": ("UpdateBatch", Fault(silent=True)),
    "write only acknowledged": ("UpdateBatch", Fault(status=wire.UpdateStatus.Acknowledged)),
    "write overloaded": (
        "UpdateBatch",
        Fault(code=grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_seconds=1),
    ),
    "read refused": ("Get", Fault(code=grpc.StatusCode.UNAVAILABLE)),
    "read timed out": ("Get", Fault(code=grpc.StatusCode.DEADLINE_EXCEEDED)),
    "read without an answer": ("Get", Fault(silent=True)),
    "search for pending images refused": ("Scroll", Fault(code=grpc.StatusCode.UNAVAILABLE)),
}


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of it. away_seconds: how long the index is away; faults: how many calls go wrong."""

    size: HistorySize
    away_seconds: float
    faults: int


_SHORT = Scale(HistorySize(products=15, events=120), away_seconds=2, faults=6)
_FULL = Scale(HistorySize(products=120, events=3_000), away_seconds=30, faults=60)


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "scale",
    [
        pytest.param(_SHORT, marks=pytest.mark.integration, id="short"),
        pytest.param(_FULL, marks=pytest.mark.slow, id="full"),
    ],
)
def test_the_index_is_away_then_overloaded(
    *,
    trial: Trial,
    apache_kafka: Broker,
    topics: Topics,
    engine_server: EngineServer,
    image_host: ScriptedImageHost,
    album: Album,
    tmp_path: Path,
    scale: Scale,
) -> None:
    """Killed with a backlog before it, the index is waited for; errors and lost answers then cost nothing."""
    shop = make_shop(apache_kafka, topics, image_host, tmp_path, on(engine_server))
    urls = album.serve_all(shop.host, addresses=2)
    first, backlog, last = in_parts(history(trial.rng, shop.topics, urls, scale.size), 3)
    store = open_store(shop.settings())
    with Members(shop.environment(QDRANT_TIMEOUT_SECONDS="1"), tmp_path) as members:
        member = members.start()
        publish(shop.bootstrap_servers, first)
        shop.wait_until_done(store, timeout_seconds=120)
        group = group_of_store(store)
        assert group is not None

        trial.faults["index killed"] += 1
        engine_server.kill()
        publish(shop.bootstrap_servers, backlog)
        assert eventually(lambda: "index" in member.waits_for()), member.waits_for()
        memory: list[int] = []

        def waits_patiently() -> bool:
            memory.append(member.process().memory_info().rss)
            return member.is_alive() and "index" in member.waits_for()

        assert throughout(waits_patiently, scale.away_seconds), member.log_tail()
        thirds = len(memory) // 3
        growth = median(memory[2 * thirds :]) / median(memory[thirds : 2 * thirds])
        trial.notes.append(f"memory while away × {growth:.3f}")
        assert growth < _GROWTH
        assert shop.progress().uncommitted(group) == len(backlog)
        engine_server.start()
        resumed = lambda: "index" not in member.waits_for()  # noqa: E731 - a sentence of the story
        assert eventually(resumed, timeout_seconds=_RESUMES_WITHIN_SECONDS), member.log_tail()

        for name in trial.rng.choices(list(_FAULTS), k=scale.faults):
            method, fault = _FAULTS[name]
            trial.faults[name] += 1
            engine_server.fail(method, fault, times=1)
        publish(shop.bootstrap_servers, last)
        wait_for_a_moment(trial, shop, store, most=len(last))
        trial.faults["index killed"] += 1
        engine_server.kill()
        engine_server.start()
        shop.wait_until_done(store, timeout_seconds=240)
        account = judge(shop, store, album)
        members.stop_all()
    store.close()
    assert read_dead_letters(shop.bootstrap_servers, shop.dead_letters) == []
    trial.passed(account)
