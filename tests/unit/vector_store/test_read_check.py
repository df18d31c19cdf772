"""A hit counts only if its product's record says so."""

import pytest

from tests.contract.samples import a_record
from vector_store import ProductRecord, Range, Stamp, StoreCorrupt
from vector_store.identity import image_point_uuid, product_uuid
from vector_store.points import Candidate, ScoredPoint
from vector_store.read_check import Checked, check


def a_hit(product_id: str, key: str, score: float) -> ScoredPoint:
    return ScoredPoint(image_point_uuid(product_id, key), score, {"image_key": key})


def a_candidate(product_id: str, record: ProductRecord | None, **scores: float) -> Candidate:
    return Candidate(
        product_uuid(product_id),
        tuple(a_hit(product_id, key, score) for key, score in scores.items()),
        None if record is None else record.to_point().payload,
    )


def shown(checked: Checked) -> list[tuple[str, list[str]]]:
    return [(each.record.product_id, [hit.image_key for hit in each.hits]) for each in checked.products]


def test_listed_images_count_and_others_are_refused() -> None:
    """A product is shown with the hits that its record lists as indexed; the others are named as refused."""
    record = a_record("p", Stamp(2, 0), indexed=["a", "b"], pending=["c"], failed=["d"])
    checked = check([a_candidate("p", record, a=0.9, c=0.8, d=0.7, e=0.6, b=0.5)])
    assert shown(checked) == [("p", ["a", "b"])]
    assert checked.products[0].score == 0.9
    assert checked.refused == {image_point_uuid("p", key) for key in "cde"}


@pytest.mark.parametrize(
    "record", [None, a_record("p", Stamp(3, 0)), a_record("p", Stamp(2, 0), failed=["a"])]
)
def test_orphans_deleted_products_and_unlisted_images_are_refused(record: ProductRecord | None) -> None:
    """Without a live record that lists the image there is nothing to show."""
    checked = check([a_candidate("p", record, a=0.9, b=0.8)])
    assert shown(checked) == []
    assert checked.refused == {image_point_uuid("p", key) for key in "ab"}


def test_filters_are_held_against_the_record() -> None:
    """A product whose point satisfied the filter and whose record does not is refused."""
    records = [
        a_record(name, Stamp(2, 0), indexed=["a"], price=price) for name, price in (("low", 5), ("high", 50))
    ]
    candidates = [a_candidate(each.product_id, each, a=0.9) for each in records]
    assert shown(check(candidates, where=Range("price", lt=10))) == [("low", ["a"])]


def test_filters_on_attributes_see_only_typed_ones() -> None:
    """An attribute counts for a filter if it is declared and of its type, as its points carry it."""
    record = a_record("p", Stamp(2, 0), indexed=["a"], attributes={"weight": 5, "height": 5, "width": "5"})
    asked = {name: Range(f"attributes.{name}", gte=1) for name in ("weight", "height", "width")}
    kinds = {"weight": "float", "width": "float"}
    assert {
        name: bool(check([a_candidate("p", record, a=1)], where=where, filterable_attributes=kinds).products)
        for name, where in asked.items()
    } == {"weight": True, "height": False, "width": False}


def test_answers_are_best_first_and_stable() -> None:
    """Products come by their best counted hit, equal scores by product id."""
    candidates = [
        a_candidate("c", a_record("c", Stamp(2, 0), indexed=["a"]), a=0.5),
        a_candidate("b", a_record("b", Stamp(2, 0), indexed=["y"]), x=0.9, y=0.4),
        a_candidate("a", a_record("a", Stamp(2, 0), indexed=["a"]), a=0.5),
    ]
    assert shown(check(candidates)) == [("a", ["a"]), ("c", ["a"]), ("b", ["y"])]


def test_a_record_that_cannot_be_read_is_told() -> None:
    """It is no orphan: the index is damaged, and says so."""
    with pytest.raises(StoreCorrupt):
        check([Candidate(product_uuid("p"), (a_hit("p", "a", 1),), {"kind": "record"})])
