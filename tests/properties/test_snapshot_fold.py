"""A generation that is put back equals the fold, whatever was written while its snapshot was taken."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumer.backup import taking
from consumer.backup.snapshot_format import SnapshotHead
from tests.properties.event_lists import says
from tests.properties.explorer.shop_log import Says
from tests.properties.seeding_world import GO_ON
from tests.properties.snapshot_world import MOVES, SnapshotWorld
from vector_store import Collection, Condition, Not
from vector_store.points import Point

move_lists = st.lists(
    st.sampled_from([*MOVES, *5 * ["old reads"], "publish", "old mends", GO_ON, GO_ON]), max_size=120
)
histories = st.tuples(st.lists(says, min_size=2, max_size=7), st.integers(0, 4), move_lists)


def live_through(history: tuple[list[Says], int, list[str]]) -> None:
    """Some events are read; then a snapshot is taken while others get on, and put back."""
    said, before, moves = history
    world = SnapshotWorld(said, moves)
    for _ in range(before):
        world.happens("publish")
    for _ in range(6 * before):
        world.happens("old reads")
    world.restore(*world.snapshot())
    world.settle()
    assert world.shown() == world.expected()


@settings(max_examples=200)
@given(histories)
def test_what_is_put_back_equals_the_fold(history: tuple[list[Says], int, list[str]]) -> None:
    """Events, retries, crashes and late requests at any moment between two pages of the snapshot."""
    live_through(history)


MEANWHILE = (
    [Says(1, "a"), Says(2, "b")],
    1,
    # Asked twice before the offsets are noted, then a page is read; then the event is dealt with wholly.
    [GO_ON, GO_ON, GO_ON, "publish", *6 * ["old reads"], GO_ON],
)
"""A history in which an event is read, written and committed between the two kinds of pages."""


def test_an_event_between_the_pages_is_not_lost() -> None:
    """The history that the two rules below are needed for."""
    live_through(MEANWHILE)


def test_records_are_read_before_the_points_that_they_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other way round a record lists points that were read too early, and is never decided anew."""
    proper = taking._pages

    def the_other_way_round(
        collection: Collection, where: Condition, points_a_page: int
    ) -> Iterator[tuple[Point, ...]]:
        other = where.condition if isinstance(where, Not) else Not(where)
        return proper(collection, other, points_a_page)

    monkeypatch.setattr(taking, "_pages", the_other_way_round)
    with pytest.raises(AssertionError):
        live_through(MEANWHILE)


def test_offsets_are_noted_before_the_first_point_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offsets of the end pass over events whose points were read too early."""
    proper = SnapshotWorld.snapshot

    def noted_afterwards(world: SnapshotWorld) -> tuple[SnapshotHead, list[Point]]:
        head, points = proper(world)
        positions: Mapping[tuple[str, int], int | None] = {
            partition: world._reads_old.committed[partition[0]] for partition in head.positions
        }
        return replace(head, positions=positions), points

    monkeypatch.setattr(SnapshotWorld, "snapshot", noted_afterwards)
    with pytest.raises(AssertionError):
        live_through(MEANWHILE)
