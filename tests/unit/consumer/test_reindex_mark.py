"""Builders of one generation agree on how far it is."""

import pytest

from consumer.reindex.build_mark import BUILD_POINT_ID, BuildMark, BuildMarks, BuildSource, is_half_copied
from tests.contract.memory_store import MemoryCollection
from tests.contract.samples import a_generation, insert
from vector_store import ProductIndex, StoreCorrupt
from vector_store.points import Point


@pytest.fixture
def collection() -> MemoryCollection:
    return MemoryCollection(a_generation())


def mark_at(offset: int, turn: int = 0) -> BuildMark:
    return BuildMark(
        BuildSource.RECORDS,
        finished=False,
        turn=turn,
        copied_from="cafe",
        starts={("products", 0): offset, ("other", 2): 5},
    )


def test_it_is_read_as_it_was_written(collection: MemoryCollection) -> None:
    """Source, turn, positions, and where the copying is."""
    marks = BuildMarks(collection)
    assert marks.read() is None
    assert marks.begin(mark_at(3)) == mark_at(3)
    assert marks.move(mark_at(3).copied_up_to("id")) == marks.read() == mark_at(3).copied_up_to("id")


def test_of_two_that_begin_the_first_decides(collection: MemoryCollection) -> None:
    """The second one's positions may be later than what the first has copied since."""
    marks = BuildMarks(collection)
    marks.begin(mark_at(3))
    assert marks.begin(mark_at(9)) == mark_at(3)


def test_of_two_that_begin_again_the_first_decides(collection: MemoryCollection) -> None:
    """Both want the next turn in place of the same one."""
    marks = BuildMarks(collection)
    first = marks.begin(mark_at(3))
    assert marks.begin_again(mark_at(6), first) == mark_at(6, turn=1)
    assert marks.begin_again(mark_at(9), first) == mark_at(6, turn=1)


def test_who_is_late_changes_nothing(collection: MemoryCollection) -> None:
    """A finished turn stays finished, and a later one is not moved by who copies for an earlier one."""
    marks = BuildMarks(collection)
    first = marks.begin(mark_at(3))
    finished = marks.move(first.with_all_copied())
    assert finished.finished
    assert marks.move(first.copied_up_to("id")) == finished
    second = marks.begin_again(mark_at(6), finished)
    assert marks.move(first.with_all_copied()) == second


def test_a_half_copied_generation_says_so(collection: MemoryCollection) -> None:
    """Until everything is copied, its group's offsets say nothing of what it holds."""
    marks = BuildMarks(collection)
    assert not is_half_copied(collection)
    first = marks.begin(mark_at(3))
    assert is_half_copied(collection)
    marks.move(first.with_all_copied())
    assert not is_half_copied(collection)


def test_a_mark_of_another_shape_is_an_error(collection: MemoryCollection) -> None:
    """It names what is not readable."""
    insert(collection, [Point(BUILD_POINT_ID, {"kind": "status", "turn": "x"})])
    with pytest.raises(StoreCorrupt, match="build"):
        BuildMarks(collection).read()


def test_the_status_is_another_point(collection: MemoryCollection) -> None:
    """The members' report of where they are does not wipe the mark out."""
    BuildMarks(collection).begin(mark_at(3))
    ProductIndex(collection).write_status({"written_at_ms": 1})
    assert BuildMarks(collection).read() == mark_at(3)
