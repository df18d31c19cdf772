"""The audit that runs by itself: when it is due, how it shares its thread, and what it tells."""

from collections.abc import Callable

import pytest

from consumer.audit.periodic import AUDITED_AT, PeriodicAudit
from consumer.metric_definitions import AUDIT_FINDINGS, AUDIT_FINISHED, DEFINITIONS
from consumer.offsets import OffsetTracker
from consumer.status.status_point import StatusReport
from telemetry import Metrics
from tests.contract.memory_store import MemoryCollection
from tests.contract.samples import a_generation, a_record, a_write
from vector_store import HasId, ProductIndex, Stamp, StoreUnavailable
from vector_store.identity import image_point_uuid
from vector_store.points import DeletePoints

DAY_SECONDS = 86_400.0
BEGAN_MS = 1_700_000_000_000


class World:
    """One index, members whose clocks the test moves, and what they count."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.collection = MemoryCollection(a_generation())
        self.index = ProductIndex(self.collection)
        self.index.write(a_write(a_record(f"p{n}", Stamp(2, 0), indexed=["a"])) for n in range(250))
        self.metrics = Metrics(DEFINITIONS)
        self.on_clock: Callable[[], None] = lambda: None

    def member(self, collection: MemoryCollection | None = None) -> tuple[PeriodicAudit, StatusReport]:
        index = self.index if collection is None else ProductIndex(collection)
        audit = PeriodicAudit(
            index,
            self.metrics,
            every_seconds=DAY_SECONDS,
            now_ms=lambda: BEGAN_MS + round(self.seconds * 1000),
            clock=self.clock,
        )
        return audit, StatusReport(index, OffsetTracker(), lambda: 0, audit.audited_at_ms)

    def clock(self) -> float:
        self.on_clock()
        return self.seconds

    def finished_at(self) -> float:
        return self.metrics.value(AUDIT_FINISHED)

    def advance(self, audit: PeriodicAudit, *, turns: int, every_seconds: float = 10) -> None:
        for _ in range(turns):
            audit.advance()
            self.seconds += every_seconds


def test_it_comes_when_the_last_one_is_long_enough_ago() -> None:
    """Not at the start, and then once a day."""
    world = World()
    audit, _ = world.member()
    world.advance(audit, turns=5)
    assert world.finished_at() == 0
    world.seconds = DAY_SECONDS + 1
    world.advance(audit, turns=5)
    first = world.finished_at()
    assert first == pytest.approx(BEGAN_MS / 1000 + DAY_SECONDS, abs=60)
    world.advance(audit, turns=5)
    assert world.finished_at() == first
    world.seconds += DAY_SECONDS
    world.advance(audit, turns=5)
    assert world.finished_at() > first


def test_restarts_and_other_members_neither_forget_nor_repeat_it() -> None:
    """The status point tells when the waiting began and when the last audit ended."""
    world = World()
    audit, status = world.member()
    audit.advance()
    status.write()
    assert (world.index.status() or {})[AUDITED_AT] == BEGAN_MS
    world.seconds = DAY_SECONDS + 1
    restarted, status = world.member()
    world.advance(restarted, turns=5)
    ended = world.finished_at()
    assert ended > 0
    status.write()
    other, status = world.member()
    world.advance(other, turns=5)
    status.write()
    assert world.finished_at() == ended
    assert (world.index.status() or {})[AUDITED_AT] == round(ended * 1000)


def test_a_member_that_was_away_does_not_turn_the_clock_back() -> None:
    """What it writes as status keeps the later end of another's audit."""
    world = World()
    _, status = world.member()
    status.write()
    world.seconds = 500
    other, others_status = world.member()
    other._audited_at_ms = BEGAN_MS + 500_000
    others_status.write()
    status.write()
    assert (world.index.status() or {})[AUDITED_AT] == BEGAN_MS + 500_000


def test_it_repairs_and_tells() -> None:
    """Findings by kind, and whatever can be put right is."""
    world = World()
    audit, _ = world.member()
    audit.advance()
    lost = HasId(frozenset({image_point_uuid("p7", "a"), image_point_uuid("p9", "a")}))
    world.collection.apply([DeletePoints(lost)])
    world.seconds = DAY_SECONDS + 1
    world.advance(audit, turns=9)
    assert world.metrics.value(AUDIT_FINDINGS, kind="missing") == 2
    assert world.metrics.value(AUDIT_FINDINGS, kind="orphan") == 0
    assert world.index.count_pending() == 2


def test_a_turn_is_short() -> None:
    """Time passes with every look at the clock: a turn ends after a page or two, the next goes on there."""
    world = World()
    audit, _ = world.member()
    audit.advance()
    world.seconds = DAY_SECONDS + 1

    def tick() -> None:
        world.seconds += 0.3

    world.on_clock = tick
    turns = 0
    while not world.finished_at():
        audit.advance()
        turns += 1
    assert 3 <= turns <= 60


def test_after_a_failure_it_begins_anew() -> None:
    """An index that is away stops one audit, not the next."""

    class Away(MemoryCollection):
        failures = 0

        def scroll(self, where, **how):  # type: ignore[no-untyped-def]
            if self.failures:
                self.failures -= 1
                raise StoreUnavailable("away")
            return super().scroll(where, **how)

    world = World()
    collection = Away(a_generation(), world.collection.points)
    audit, _ = world.member(collection)
    audit.advance()
    world.seconds = DAY_SECONDS + 1
    collection.failures = 1
    with pytest.raises(StoreUnavailable):
        audit.advance()
    world.advance(audit, turns=9)
    assert world.finished_at() > 0
