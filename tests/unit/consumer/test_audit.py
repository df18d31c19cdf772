"""An audit of a whole generation: what it finds while nothing, or something, is being written."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest

from consumer.audit.findings import Finding, FindingKind, Remedy
from consumer.audit.generation_audit import Audit
from tests.contract.memory_store import MemoryCollection
from tests.contract.samples import ATTRIBUTES, a_generation, a_record, a_write, insert, number_id
from vector_store import HasId, ImageStatus, ProductIndex, Stamp
from vector_store.identity import image_point_uuid, product_uuid
from vector_store.inspection import Inspection
from vector_store.points import DeletePoints, Point

NOW_MS = 1_700_000_000_000
SETTLE_SECONDS = 5.0


class World:
    """A collection of one product more than a page, and an audit whose clock only the waiting moves."""

    def __init__(self, *, repairs: bool = False, products: int = 120) -> None:
        self.collection = MemoryCollection(a_generation(attributes=ATTRIBUTES))
        self.index = ProductIndex(self.collection)
        self.index.write(
            a_write(a_record(f"p{n}", Stamp(4, 0), indexed=[f"{n}-{i}" for i in range(5)], category="shirt"))
            for n in range(products)
        )
        self.now_seconds = 100.0
        self.waited_seconds = 0.0
        self.findings: list[Finding] = []
        self.audit = Audit(
            Inspection(self.collection),
            repairs=repairs,
            tell=self.findings.append,
            clock=lambda: self.now_seconds,
            now_ms=lambda: NOW_MS,
            settle_seconds=SETTLE_SECONDS,
        )

    def run(self, at_each_wait: Callable[[], None] = lambda: None) -> None:
        for wait_seconds in self.audit.steps():
            if wait_seconds > 0:
                at_each_wait()
            self.now_seconds += wait_seconds
            self.waited_seconds += wait_seconds

    def lose(self, product: str, key: str) -> None:
        self.collection.apply([DeletePoints(HasId(frozenset({image_point_uuid(product, key)})))])

    def leave_behind(self, product: str, stamp: Stamp, key: str = "old") -> None:
        insert(self.collection, [a_write(a_record(product, stamp, indexed=[key])).points[0].to_point()])

    def told(self) -> list[tuple[str | None, str | None, FindingKind, Remedy]]:
        return [(each.product_id, each.image_key, each.kind, each.remedy) for each in self.findings]


def test_a_sound_generation_is_clean_at_once() -> None:
    """Every record and point is looked at, and nothing is waited for."""
    world = World()
    world.run()
    assert world.audit.report.clean
    assert (world.audit.report.records, world.audit.report.image_points) == (120, 600)
    assert world.waited_seconds == 0


def damaged(*, repairs: bool) -> World:
    world = World(repairs=repairs)
    world.lose("p3", "3-1")
    world.leave_behind("p4", Stamp(2, 0))
    world.leave_behind("p5", Stamp(6, 0))
    world.leave_behind("ghost", Stamp(2, 0))
    world.index.write([a_write(a_record("p6", Stamp(5, 0)))])
    world.leave_behind("p6", Stamp(4, 0))
    return world


TOLD_OF_DAMAGE = [
    (None, "old", FindingKind.ORPHAN, Remedy.NONE),
    ("p3", "3-1", FindingKind.MISSING, Remedy.EMBED_AGAIN),
    ("p4", "old", FindingKind.ORPHAN, Remedy.REMOVE),
    ("p5", "old", FindingKind.ORPHAN, Remedy.NONE),
    ("p6", "old", FindingKind.ORPHAN, Remedy.REMOVE),
]


@pytest.mark.parametrize("repairs", [False, True])
def test_damage_is_found_and_told_once(*, repairs: bool) -> None:
    """Orphans and missing points, each with what is done about it; the second look comes after a while."""
    world = damaged(repairs=repairs)
    world.run()
    assert sorted(world.told(), key=str) == sorted(TOLD_OF_DAMAGE, key=str)
    assert world.audit.report.findings == {
        FindingKind.ORPHAN: 4,
        FindingKind.MISSING: 1,
        FindingKind.STALE: 0,
        FindingKind.UNREADABLE: 0,
    }
    assert world.audit.report.remedies == {Remedy.REMOVE: 2, Remedy.EMBED_AGAIN: 1, Remedy.NONE: 2}
    assert world.waited_seconds == pytest.approx(SETTLE_SECONDS)


@pytest.mark.parametrize("repairs", [False, True])
def test_leftovers_that_were_removed_leave_a_generation_sound(*, repairs: bool) -> None:
    """They were found, so it was not clean; nothing of them is left, so nothing is amiss."""
    world = World(repairs=repairs)
    world.leave_behind("p4", Stamp(2, 0))
    world.run()
    assert not world.audit.report.clean
    assert world.audit.report.sound == repairs


def test_what_was_not_put_right_at_once_leaves_it_unsound() -> None:
    """What is to be embedded again, and what only a person can judge."""
    world = damaged(repairs=True)
    world.run()
    assert not world.audit.report.sound


def test_without_repair_nothing_is_written() -> None:
    """An audit that only looks leaves every point as it is."""
    world = damaged(repairs=False)
    before = dict(world.collection.points)
    world.run()
    assert dict(world.collection.points) == before


def test_a_repair_removes_lower_points_and_makes_missing_ones_pending() -> None:
    """The rest stays as it was, and is all that the next audit finds."""
    world = damaged(repairs=True)
    before = dict(world.collection.points)
    world.run()
    after = dict(world.collection.points)
    assert before.keys() - after.keys() == {
        image_point_uuid("p4", "old"),
        image_point_uuid("p6", "old"),
    }
    assert [each for each in after if after[each] != before[each]] == [product_uuid("p3")]
    [due] = world.index.due(NOW_MS, limit=9)
    assert [image.key for image in due.images if image.status is ImageStatus.PENDING] == ["3-1"]
    world.findings.clear()
    world.audit = Audit(
        Inspection(world.collection),
        repairs=True,
        tell=world.findings.append,
        clock=lambda: world.now_seconds,
        now_ms=lambda: NOW_MS,
    )
    world.run()
    assert {each[0] for each in world.told()} == {None, "p5"}


def test_a_write_under_way_is_no_finding() -> None:
    """Points that are ahead of their record at the first look, and in order at the second."""
    world = World()
    newer = a_write(a_record("p7", Stamp(6, 0), indexed=["7-0", "new"], category="coat"))
    insert(world.collection, [point.to_point() for point in newer.points])
    world.run(at_each_wait=lambda: world.index.write([newer]))
    assert world.waited_seconds == pytest.approx(SETTLE_SECONDS)
    assert world.told() == []


class Written(MemoryCollection):
    """Somebody writes whenever image points are looked at product by product."""

    writes: Iterator[Callable[[], object]] = iter(())

    def scroll(self, where, **how):  # type: ignore[no-untyped-def]
        if "product" in str(where):
            next(self.writes, lambda: None)()
        return super().scroll(where, **how)


@pytest.mark.parametrize(("writes", "missing", "unsettled"), [(0, 1, 0), (3, 0, 0), (99, 0, 1)])
def test_a_product_that_is_written_during_a_look_is_looked_at_again(
    writes: int, missing: int, unsettled: int
) -> None:
    """What was read around a write does not belong together; in the end it is left to the next audit."""
    world = World(repairs=True, products=3)
    world.lose("p1", "1-0")
    written = Written(a_generation(attributes=ATTRIBUTES), world.collection.points)
    index = ProductIndex(written)
    states = (a_record("p1", Stamp(6 + 2 * n, 0), indexed=["1-0"]) for n in range(writes))
    written.writes = (partial(index.write, [a_write(state)]) for state in states)
    world.audit = Audit(
        Inspection(written),
        repairs=True,
        tell=world.findings.append,
        clock=lambda: world.now_seconds,
        now_ms=lambda: NOW_MS,
    )
    world.run()
    assert (len(world.findings), world.audit.report.unsettled) == (missing, unsettled)
    assert bool(index.due(NOW_MS, limit=9)) == bool(missing)


def test_what_cannot_be_read_is_told_and_passed_by() -> None:
    """A damaged record or point stops nothing, and is left alone."""
    world = World(repairs=True)
    insert(world.collection, [Point(product_uuid("p8"), {"kind": "record", "product_id": 8})])
    for number, product in enumerate([None, "p9", ["p9"], product_uuid("p9")]):
        insert(world.collection, [Point(number_id(number), {"kind": "image", "product": product})])
    world.lose("p3", "3-1")
    before = dict(world.collection.points)
    world.run()
    assert sorted((each.kind, each.point_id) for each in world.findings) == sorted(
        [
            *((FindingKind.UNREADABLE, number_id(number)) for number in range(4)),
            (FindingKind.UNREADABLE, product_uuid("p8")),
            (FindingKind.MISSING, image_point_uuid("p3", "3-1")),
        ]
    )
    changed = [each for each in before if world.collection.points[each] != before[each]]
    assert changed == [product_uuid("p3")]


def test_very_many_suspects_are_dealt_with_on_the_way() -> None:
    """Their number is bounded: a generation without any points costs no more memory than a part of it."""
    world = World(repairs=True, products=0)
    lost = (a_write(a_record(f"p{n}", Stamp(2, 0), indexed=["a"])) for n in range(530))
    world.index.write(replace(each, points=()) for each in lost)
    world.audit = Audit(
        Inspection(world.collection),
        repairs=True,
        tell=world.findings.append,
        clock=lambda: world.now_seconds,
        now_ms=lambda: NOW_MS,
        most_suspects=150,
    )
    world.run()
    # Pages of 100 records: 200, 200 and 130 suspects at a time.
    assert world.waited_seconds == pytest.approx(3 * SETTLE_SECONDS)
    assert world.audit.report.findings[FindingKind.MISSING] == 530
    assert world.index.count_pending() == 530
