"""Reading points: by id, page by page, and counted."""

import numpy as np
import pytest

from tests.contract.samples import DIMENSION, EVERYTHING, NOTHING, insert, number_id, vector_of
from vector_store import Collection, Equals, HasId
from vector_store.points import Page, Point


def test_points_are_found_by_id(collection: Collection) -> None:
    """Asked for ids, a collection gives those that are there, each once, whatever their order."""
    insert(collection, [Point(number_id(n), {"n": n}) for n in range(4)])
    found = collection.retrieve([number_id(3), number_id(1), number_id(99), number_id(1)])
    assert {each: point.payload for each, point in found.items()} == {
        number_id(1): {"n": 1},
        number_id(3): {"n": 3},
    }
    assert all(point.id == each for each, point in found.items())


def test_any_number_of_points_is_found_by_id(collection: Collection) -> None:
    """However an engine divides a long list, nothing of it is left out."""
    ids = [number_id(n) for n in range(100)]
    insert(collection, [Point(each, {"id": each}) for each in ids])
    found = collection.retrieve([*ids, number_id(200)])
    assert {each: point.payload["id"] for each, point in found.items()} == {each: each for each in ids}


def test_asking_for_no_ids_gives_none(collection: Collection) -> None:
    """An empty list of ids is an empty answer, not everything."""
    insert(collection, [Point(number_id(1), {})])
    assert collection.retrieve([]) == {}
    assert collection.retrieve(set(), with_vectors=True) == {}


def test_vectors_come_with_points_only_when_asked_for(collection: Collection) -> None:
    """A vector comes back as float32 of the collection's dimension; a point without one says so."""
    insert(collection, [Point(number_id(1), {}, vector_of("a")), Point(number_id(2), {})])
    both = [number_id(1), number_id(2)]
    assert [point.vector for point in collection.retrieve(both).values()] == [None, None]
    assert [point.vector for point in collection.scroll(EVERYTHING, limit=2).points] == [None, None]
    for found in (
        collection.retrieve(both, with_vectors=True),
        {point.id: point for point in collection.scroll(EVERYTHING, limit=2, with_vectors=True).points},
    ):
        vector = found[number_id(1)].vector
        assert vector is not None
        assert (vector.dtype.name, vector.shape) == ("float32", (DIMENSION,))
        np.testing.assert_allclose(vector, vector_of("a"), atol=1e-6)
        assert found[number_id(2)].vector is None


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_hold_every_point_once_in_the_order_of_ids(collection: Collection, limit: int) -> None:
    """Following `next_id` to its end gives each point that matches exactly once, in order."""
    numbers = [70, 3, 12, 2**100, 41, 2**64, 8]
    insert(collection, [Point(number_id(n), {"kind": "image"}, vector_of(str(n))) for n in numbers])
    insert(collection, [Point(number_id(n + 1), {"kind": "record"}) for n in numbers])
    seen: list[str] = []
    page = collection.scroll(Equals("kind", "image"), limit=limit)
    while True:
        assert len(page.points) <= limit
        seen += [point.id for point in page.points]
        if page.next_id is None:
            break
        page = collection.scroll(Equals("kind", "image"), limit=limit, from_id=page.next_id)
    assert seen == [number_id(n) for n in sorted(numbers)]


def test_a_page_starts_at_its_id_or_after_it(collection: Collection) -> None:
    """`from_id` is the first id that may come; it need not be there."""
    insert(collection, [Point(number_id(n), {}) for n in (2, 4)])
    ids = [
        [point.id for point in collection.scroll(EVERYTHING, limit=9, from_id=number_id(n)).points]
        for n in range(1, 6)
    ]
    two, four = number_id(2), number_id(4)
    assert ids == [[two, four], [two, four], [four], [four], []]


def test_a_page_of_nothing_is_the_last(collection: Collection) -> None:
    """Where nothing matches there is one empty page."""
    insert(collection, [Point(number_id(1), {})])
    assert collection.scroll(NOTHING, limit=5) == Page((), None)
    assert collection.scroll(Equals("kind", "image"), limit=5) == Page((), None)


def test_counts_are_exact(collection: Collection) -> None:
    """A count is that of the points that match, with or without vectors."""
    insert(collection, [Point(number_id(n), {"even": n % 2 == 0}, vector_of(str(n))) for n in range(150)])
    insert(collection, [Point(number_id(n), {"even": True}) for n in range(200, 250)])
    assert [
        collection.count(where)
        for where in (
            EVERYTHING,
            Equals("even", True),
            NOTHING,
            HasId(frozenset({number_id(1), number_id(999)})),
        )
    ] == [200, 125, 0, 1]


def test_tidying_up_changes_nothing(collection: Collection) -> None:
    """Maintenance leaves every point as it was."""
    insert(collection, [Point(number_id(1), {"a": 1}, vector_of("a"))])
    collection.maintain()
    assert collection.retrieve([number_id(1)])[number_id(1)].payload == {"a": 1}
