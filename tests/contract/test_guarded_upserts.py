"""A guarded upsert: what it replaces, what it leaves, what it inserts."""

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.samples import NOTHING, empty, insert, number_id, stored, vector_of
from vector_store import Collection, Condition, Equals, Range, Stamp
from vector_store.points import Point, UpsertPoints
from vector_store.stamp import image_point_below, record_below

HIGHEST_REVISION = 2**52 + 1
HIGHEST_TIE = 2**32 - 1
SMALL_STAMPS = [Stamp(*parts) for parts in product((0, 1, 2), (0, 1, 2), (0, 1))]


def revised(number: int, revision: int) -> Point:
    return Point(number_id(number), {"revision": revision})


def stamped(number: int, stamp: Stamp, **payload: object) -> Point:
    parts = {"revision": stamp.revision, "tie": stamp.tie, "attempt": stamp.attempt}
    return Point(number_id(number), {**parts, **payload})


def pairs_replaced(collection: Collection, pairs: list[tuple[Stamp, Stamp]], guard: object) -> list[bool]:
    """Of each (there, new), whether an upsert of the new one under this guard replaced what was there."""
    assert callable(guard)
    insert(collection, [stamped(n, there) for n, (there, _) in enumerate(pairs)])
    collection.apply(
        [UpsertPoints((stamped(n, new, new=True),), guard(new)) for n, (_, new) in enumerate(pairs)]
    )
    payloads = stored(collection)
    return ["new" in payloads[number_id(n)] for n in range(len(pairs))]


def test_a_lower_revision_is_replaced(collection: Collection) -> None:
    """A guarded upsert replaces the whole point where the condition holds for what is there."""
    insert(collection, [Point(number_id(1), {"revision": 1, "old": True}, vector_of("old"))])
    collection.apply([UpsertPoints((revised(1, 2),), Range("revision", lt=2))])
    found = collection.retrieve([number_id(1)], with_vectors=True)[number_id(1)]
    assert (found.payload, found.vector) == ({"revision": 2}, None)


@pytest.mark.parametrize("there", [2, 3])
def test_an_equal_or_higher_revision_is_refused(collection: Collection, there: int) -> None:
    """A guarded upsert leaves a point as it is where the condition does not hold for what is there."""
    insert(collection, [revised(1, there)])
    collection.apply(
        [UpsertPoints((Point(number_id(1), {"revision": 2, "new": 1}),), Range("revision", lt=2))]
    )
    assert stored(collection) == {number_id(1): {"revision": there}}


@pytest.mark.parametrize("guard", [NOTHING, Range("revision", lt=0), Equals("kind", "record")])
def test_a_missing_point_is_inserted_whatever_the_condition(collection: Collection, guard: Condition) -> None:
    """A guard decides about points that are there; a point that is not there is inserted."""
    collection.apply([UpsertPoints((revised(1, 2),), guard)])
    assert stored(collection) == {number_id(1): {"revision": 2}}


def test_the_guard_is_asked_of_each_point_alone(collection: Collection) -> None:
    """Of several points in one upsert, each is replaced, refused or inserted by itself."""
    insert(collection, [revised(1, 1), revised(2, 5)])
    fresh = tuple(Point(number_id(n), {"revision": 3, "new": True}) for n in (1, 2, 3))
    collection.apply([UpsertPoints(fresh, Range("revision", lt=3))])
    assert stored(collection) == {
        number_id(1): {"revision": 3, "new": True},
        number_id(2): {"revision": 5},
        number_id(3): {"revision": 3, "new": True},
    }


def test_records_are_guarded_by_revision_then_tie_then_attempt(collection: Collection) -> None:
    """A record replaces another exactly where its stamp is higher, over all pairs of small stamps."""
    pairs = list(product(SMALL_STAMPS, SMALL_STAMPS))
    assert pairs_replaced(collection, pairs, record_below) == [there < new for there, new in pairs]


def test_image_points_are_guarded_by_revision_then_tie(collection: Collection) -> None:
    """An image point replaces another exactly where its (revision, tie) is higher; attempts do not count."""
    pairs = list(product(SMALL_STAMPS, SMALL_STAMPS))
    assert pairs_replaced(collection, pairs, image_point_below) == [
        (there.revision, there.tie) < (new.revision, new.tie) for there, new in pairs
    ]


def near(highest: int) -> st.SearchStrategy[int]:
    edges = [0, 1, highest // 2, highest // 2 + 1, highest - 1, highest]
    return st.sampled_from(edges) | st.integers(0, highest)


stamps = st.builds(Stamp, near(HIGHEST_REVISION), near(HIGHEST_TIE), st.integers(0, 40))


@st.composite
def close_pairs(draw: st.DrawFn) -> tuple[Stamp, Stamp]:
    """Two stamps, often equal in their first parts, or one apart."""
    there = draw(stamps)
    new = draw(stamps)
    equal_parts = draw(st.integers(0, 3))
    revision = there.revision if equal_parts > 0 else min(there.revision + 1, HIGHEST_REVISION)
    tie = there.tie if equal_parts > 1 else new.tie
    attempt = there.attempt if equal_parts > 2 else new.attempt
    return draw(st.sampled_from([(there, new), (there, Stamp(revision, tie, attempt))]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(close_pairs() | close_pairs().map(lambda pair: pair[::-1]), min_size=1, max_size=40))
def test_guards_compare_exactly_up_to_the_highest_stamps(
    collection: Collection, pairs: list[tuple[Stamp, Stamp]]
) -> None:
    """Revisions up to 2**52 + 1 and ties up to 2**32 - 1 are told apart where they differ by one."""
    empty(collection)
    assert pairs_replaced(collection, pairs, record_below) == [there < new for there, new in pairs]
    empty(collection)
    assert pairs_replaced(collection, pairs, image_point_below) == [
        (there.revision, there.tie) < (new.revision, new.tie) for there, new in pairs
    ]
