"""A filtered delete: exactly the points that the condition holds for."""

from itertools import product

from tests.contract.samples import EVERYTHING, NOTHING, insert, number_id, stored
from vector_store import Collection, Equals, HasId, Stamp
from vector_store.identity import product_uuid
from vector_store.points import KIND_IMAGE, KIND_RECORD, DeletePoints, Point
from vector_store.write_protocol import remove_points_below

PARTS = list(product((0, 1, 2), (0, 1, 2)))


def test_points_that_match_are_removed(collection: Collection) -> None:
    """A delete removes the points that match and no other."""
    insert(
        collection,
        [Point(number_id(n), {"colour": colour}) for n, colour in enumerate(["red", "blue", "red"])],
    )
    collection.apply([DeletePoints(Equals("colour", "red"))])
    assert set(stored(collection)) == {number_id(1)}


def test_deleting_by_id_and_deleting_nothing(collection: Collection) -> None:
    """A condition on ids narrows a delete; one that never holds removes nothing."""
    insert(collection, [Point(number_id(n), {}) for n in range(3)])
    collection.apply([DeletePoints(NOTHING), DeletePoints(HasId(frozenset({number_id(2), number_id(9)})))])
    assert set(stored(collection)) == {number_id(0), number_id(1)}


def test_removal_spares_equal_and_higher_points_other_products_and_records(collection: Collection) -> None:
    """Only image points of this product and a strictly lower (revision, tie) go, over all small stamps."""
    mine, other = product_uuid("mine"), product_uuid("other")
    kinds = list(product((mine, other), (KIND_IMAGE, KIND_RECORD), PARTS))
    points = [
        Point(
            number_id(n),
            {"product": owner, "kind": kind, "revision": parts[0], "tie": parts[1], "attempt": 9},
        )
        for n, (owner, kind, parts) in enumerate(kinds)
    ]
    for new in PARTS:
        collection.apply([DeletePoints(EVERYTHING)])
        insert(collection, points)
        collection.apply([remove_points_below("mine", Stamp(*new, attempt=1))])
        removed = {number_id(n) for n in range(len(points))} - set(stored(collection))
        assert removed == {
            number_id(n)
            for n, (owner, kind, parts) in enumerate(kinds)
            if owner == mine and kind == KIND_IMAGE and parts < new
        }
