from collections.abc import Iterator

import pytest

from standalone.searchable import Searchable, count_indexed, look, searchable_ids, wait_until_searchable
from tests.contract.memory_store import MemoryCollection
from tests.contract.samples import a_generation, a_record, a_write
from vector_store import ProductIndex, ProductRecord, Stamp


class Clock:
    """Time that passes only in pauses; `ended_after`: when a part that is needed ends."""

    def __init__(self, ended_after: float = float("inf")) -> None:
        self.now = 0.0
        self._ended_after = ended_after

    def monotonic(self) -> float:
        return self.now

    def pause(self) -> None:
        self.now += 1
        if self.now > self._ended_after:
            raise RuntimeError("the consumer has ended")


def an_index(*records: ProductRecord) -> ProductIndex:
    index = ProductIndex(MemoryCollection(a_generation()))
    index.write([a_write(record) for record in records])
    return index


def at(time_ms: int, *, deleted: bool = False) -> Stamp:
    return Stamp(2 * time_ms + deleted, 0, 0)


def test_images_are_counted_by_what_has_become_of_them() -> None:
    """A product counts once none of its images is still to come."""
    index = an_index(
        a_record("a", at(10), indexed=["1.jpg", "2.jpg"], failed=["3.jpg"]),
        a_record("b", at(10), indexed=["4.jpg"], pending=["5.jpg"]),
        a_record("somebody else's", at(10), indexed=["6.jpg"]),
    )
    seen = look(index, ["a", "b", "c"], since_ms=10)
    assert seen == Searchable(settled=1, products=1, images=3, failed=1, pending=1)
    assert seen.settled_images == 4


def test_what_an_earlier_event_left_does_not_count() -> None:
    """Only the state of these events, or of later ones, is waited for."""
    index = an_index(a_record("a", at(9), indexed=["1.jpg"]), a_record("b", at(12, deleted=True)))
    assert look(index, ["a", "b"], since_ms=10) == Searchable(settled=1)


def test_only_what_a_search_can_find_is_proposed() -> None:
    """A deleted product, and one without an image, is nothing to begin with."""
    index = an_index(
        a_record("a", at(9), indexed=["1.jpg"]),
        a_record("b", at(9, deleted=True)),
        a_record("c", at(9), failed=["2.jpg"]),
    )
    assert searchable_ids(index, ["a", "b", "c", "d"]) == {"a"}


def test_vectors_that_are_there_are_known_by_url() -> None:
    """Images of other URLs, and images without a vector, are not counted as embedded before."""
    index = an_index(a_record("a", at(9), indexed=["1.jpg", "old.jpg"], failed=["2.jpg"]))
    assert count_indexed(index, ["a"], {"1.jpg", "2.jpg"}) == 1


def test_waiting_ends_when_all_is_there() -> None:
    """Progress is told as it comes, and the last look is returned."""
    one, all_of_it = Searchable(settled=1, images=2), Searchable(settled=2, images=4)
    looks = iter([Searchable(), one, one, all_of_it])
    told: list[Searchable] = []
    seen = wait_until_searchable(
        lambda: next(looks), products=2, stall_seconds=10, waiting=Clock(), on_progress=told.append
    )
    assert seen == all_of_it
    assert told == [Searchable(), one, all_of_it]


def test_waiting_ends_when_nothing_moves() -> None:
    """Slow is fine for as long as something comes; nothing for so long is not."""

    def slow() -> Iterator[Searchable]:
        for images in range(5):
            yield from [Searchable(images=images)] * 9
        while True:
            yield Searchable(settled=1, images=5)

    looks = slow()
    clock = Clock()
    seen = wait_until_searchable(
        lambda: next(looks), products=2, stall_seconds=10, waiting=clock, on_progress=lambda _: None
    )
    assert seen == Searchable(settled=1, images=5)
    assert clock.now == 9 * 5 + 10


def test_waiting_ends_with_a_part_that_is_needed() -> None:
    """A consumer that has ended is not waited for."""
    with pytest.raises(RuntimeError, match="the consumer has ended"):
        wait_until_searchable(
            Searchable, products=2, stall_seconds=10, waiting=Clock(3), on_progress=lambda _: None
        )
