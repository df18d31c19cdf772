"""The index goes away, and then is overloaded: nothing is committed past it, nothing is put aside for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import grpc  # type: ignore[import-untyped]  # it has no stubs
import pytest
from qdrant_client import grpc as wire

from tests.chaos.album import Album
from tests.chaos.at_random_moments import in_parts
from tests.chaos.history import HistorySize, history
from tests.chaos.members import Member, Members
from tests.chaos.scale import at_scale
from tests.chaos.trial import Trial
from tests.chaos.verdict import judge, judge_midway
from tests.engine_server.qdrant_front import Fault
from tests.integration.consumer.conftest import Shop
from tests.services.dead_letter_reading import read_dead_letters
from tests.services.eventually import eventually, throughout
from tests.services.faulty_calls import FaultyCalls, PlannedFault
from tests.services.faulty_wire import FaultyWire
from tests.services.group_progress import group_of_store
from tests.services.published import Event, product_event, publish
from tests.services.qdrant_server import QDRANT_SERVER
from vector_store import VectorStore

_RESUMES_WITHIN_SECONDS = 5
_GROWTH = 1.05
_MORE_PRODUCTS = 40
# What the engine may answer under load. A write that was refused may have been applied all the same.
_FAULTS = [
    PlannedFault("write refused", "UpdateBatch", Fault(code=grpc.StatusCode.UNAVAILABLE)),
    PlannedFault(
        "write applied, answer lost", "UpdateBatch", Fault(code=grpc.StatusCode.UNAVAILABLE, applied=True)
    ),
    PlannedFault(
        "write applied, timed out",
        "UpdateBatch",
        Fault(code=grpc.StatusCode.DEADLINE_EXCEEDED, applied=True),
    ),
    PlannedFault("write applied, no answer", "UpdateBatch", Fault(silent=True, applied=True)),
    PlannedFault("write not applied, no answer", "UpdateBatch", Fault(silent=True)),
    PlannedFault(
        "write only acknowledged",
        "UpdateBatch",
        Fault(status=wire.UpdateStatus.Acknowledged, applied=True),
    ),
    PlannedFault(
        "write overloaded",
        "UpdateBatch",
        Fault(code=grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_seconds=1),
    ),
    PlannedFault("internal error", "UpdateBatch", Fault(code=grpc.StatusCode.INTERNAL)),
    PlannedFault("read refused", "Get", Fault(code=grpc.StatusCode.UNAVAILABLE)),
    PlannedFault("read timed out", "Get", Fault(code=grpc.StatusCode.DEADLINE_EXCEEDED)),
    PlannedFault("read without an answer", "Get", Fault(silent=True)),
    PlannedFault("search for pending images refused", "Scroll", Fault(code=grpc.StatusCode.UNAVAILABLE)),
]


@dataclass(frozen=True, slots=True)
class Outage:
    """One way of being away. way: of FaultyWire. backlog: events that wait meanwhile."""

    way: str
    seconds: float
    backlog: int


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of it. overloads: so often, that many calls go wrong with work under way."""

    products: int
    outages: tuple[Outage, ...]
    overloads: int
    faults: int


_SHORT = Scale(15, (Outage("cut", 2, 60),), overloads=2, faults=3)
_FULL = Scale(
    120,
    (
        Outage("cut", 30, 12_000),
        Outage("freeze", 15, 1_000),
        Outage("mute", 15, 1_000),
        Outage("cut", 5, 200),
    ),
    overloads=10,
    faults=8,
)


@dataclass(frozen=True, slots=True)
class Way:
    """To the index: a wire that may be cut, then calls that may go wrong, then the engine."""

    wire: FaultyWire
    calls: FaultyCalls


@pytest.fixture
def way(index: dict[str, str]) -> Iterator[Way]:
    host = index.get("QDRANT_HOST") or str(QDRANT_SERVER.qdrant_host)
    port = int(index.get("QDRANT_GRPC_PORT") or QDRANT_SERVER.qdrant_grpc_port)
    with FaultyCalls(port, host) as calls, FaultyWire(calls.port) as wire:
        yield Way(wire, calls)


@pytest.mark.timeout(900)
@at_scale("scale", short={"short": (_SHORT,)}, full={"full": (_FULL,)})
def test_the_index_is_away_then_overloaded(
    *, trial: Trial, shop: Shop, store: VectorStore, album: Album, way: Way, tmp_path: Path, scale: Scale
) -> None:
    """Away with a backlog before it, the index is waited for; errors and lost answers then cost nothing."""
    urls = album.serve_all(shop.host, addresses=2)

    def events(count: int) -> list[Event]:
        # Most of a long backlog says again what was said: much to read, little to embed.
        size = HistorySize(scale.products, count, duplicates=0.9 if count > 5_000 else 0.15)
        return history(trial.rng, shop.topics, urls, size)

    settings = shop.environment(
        QDRANT_HOST="127.0.0.1", QDRANT_GRPC_PORT=str(way.wire.port), QDRANT_TIMEOUT_SECONDS="2"
    )
    with Members(settings, tmp_path) as members:
        member = members.start()
        publish(shop.bootstrap_servers, events(4 * scale.products))
        shop.wait_until_done(store, timeout_seconds=120)
        for outage in scale.outages:
            trial.faults[f"index away: {outage.way}"] += 1
            growth = be_away(
                outage, backlog=events(outage.backlog), shop=shop, store=store, wire=way.wire, member=member
            )
            trial.notes.append(f"memory while away × {growth:.3f}")
            shop.wait_until_done(store, timeout_seconds=240)
        for part in in_parts(events(4 * scale.products), scale.overloads):
            way.calls.plan(trial.rng.choices(_FAULTS, k=scale.faults))
            publish(shop.bootstrap_servers, part)
            judge_midway(shop, store)
            shop.wait_until_done(store, timeout_seconds=240)
        # A few calls may be enough for all events: new products, one by one, meet what is still planned.
        for n in range(_MORE_PRODUCTS):
            if way.calls.still_planned() == 0:
                break
            product = {"id": f"more {n}", "images": [urls[n % len(urls)]]}
            publish(shop.bootstrap_servers, [product_event(shop.created, "created", product, order=1)])
            shop.wait_until_done(store, timeout_seconds=240)
        # The mender searches by itself.
        assert eventually(lambda: way.calls.still_planned() == 0, timeout_seconds=60)
        trial.faults.update(way.calls.met)
        account = judge(shop, store, album)
        members.stop_all()
    assert read_dead_letters(shop.bootstrap_servers, shop.dead_letters) == []
    trial.passed(account)


def be_away(
    outage: Outage, *, backlog: list[Event], shop: Shop, store: VectorStore, wire: FaultyWire, member: Member
) -> float:
    """While it lasts nothing is committed, memory is flat, and the member says so; returns the growth."""
    group = group_of_store(store)
    assert group is not None
    {"cut": wire.cut, "freeze": wire.freeze, "mute": wire.mute}[outage.way]()
    publish(shop.bootstrap_servers, backlog)
    assert eventually(lambda: "index" in member.waits_for()), member.waits_for()
    memory: list[int] = []

    def waits_patiently() -> bool:
        memory.append(member.process().memory_info().rss)
        return member.is_alive() and "index" in member.waits_for()

    assert throughout(waits_patiently, outage.seconds), member.log_tail()
    thirds = len(memory) // 3
    growth = median(memory[2 * thirds :]) / median(memory[thirds : 2 * thirds])
    assert growth < _GROWTH
    assert shop.progress().uncommitted(group) == len(backlog)
    wire.mend()
    resumed = eventually(lambda: "index" not in member.waits_for(), timeout_seconds=_RESUMES_WITHIN_SECONDS)
    assert resumed, member.log_tail()
    return growth
