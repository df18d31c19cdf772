"""A generation in terms of products."""

from collections.abc import Collection as Ids

import numpy as np

from tests.contract.memory_store import MemoryCollection
from tests.contract.samples import ATTRIBUTES, a_generation, a_record, a_write, insert, vector_of
from vector_store import CheckedProduct, Condition, Equals, ImagePoint, ProductIndex, Range, Stamp
from vector_store.points import Candidate, Operation, Vector
from vector_store.write_protocol import operations_for


def an_index() -> tuple[MemoryCollection, ProductIndex]:
    collection = MemoryCollection(a_generation(attributes=ATTRIBUTES))
    return collection, ProductIndex(collection)


def orphan(product_id: str, key: str) -> ImagePoint:
    """A point that no record lists."""
    return ImagePoint(product_id, key, vector_of(key), Stamp(2, 0), {})


def shown(answer: list[CheckedProduct]) -> list[tuple[str, list[str]]]:
    return [(each.record.product_id, [hit.image_key for hit in each.hits]) for each in answer]


def test_leftovers_do_not_shorten_an_answer() -> None:
    """Where the nearest points are refused, a second search without them fills the places."""
    collection, index = an_index()
    insert(collection, [orphan(f"ghost {n}", "query").to_point() for n in range(2)])
    index.write([a_write(a_record("shirt", Stamp(2, 0), indexed=["other"]))])
    assert shown(index.similar(vector_of("query"), limit=2)) == [("shirt", ["other"])]


def test_a_refused_image_does_not_hide_its_product() -> None:
    """A product whose nearest point is a leftover is found by the image that its record lists."""
    collection, index = an_index()
    index.write([a_write(a_record("shirt", Stamp(2, 0), indexed=["other"]))])
    insert(collection, [orphan("shirt", "query").to_point()])
    assert shown(index.similar(vector_of("query"), limit=1, hits_per_product=1)) == [("shirt", ["other"])]


class Watched(MemoryCollection):
    """A collection that counts its searches, and is written to between the first and the next."""

    def __init__(self, *between: Operation) -> None:
        super().__init__(a_generation())
        self.between = between
        self.searches = 0

    def search(
        self,
        vector: Vector,
        *,
        limit: int,
        hits_per_product: int,
        where: Condition | None = None,
        without: Ids[str] = (),
        with_records: bool = True,
    ) -> list[Candidate]:
        found = super().search(
            vector,
            limit=limit,
            hits_per_product=hits_per_product,
            where=where,
            without=without,
            with_records=with_records,
        )
        self.searches += 1
        if self.searches == 1:
            self.apply(self.between)
        return found


def test_a_product_that_changes_between_the_two_searches_is_still_shown() -> None:
    """Its new point is refused in the first search and skipped in the second: its old state stands."""
    old, new = (
        a_record("shirt", Stamp(2, 0), indexed=["old"]),
        a_record("shirt", Stamp(4, 0), indexed=["new"]),
    )
    points, *rest = operations_for([a_write(new)])
    collection = Watched(*rest)
    ProductIndex(collection).write([a_write(old)])
    collection.apply([points])
    answer = ProductIndex(collection).similar(vector_of("new"), limit=1)
    assert collection.searches == 2
    assert shown(answer) == [("shirt", ["old"])]


def test_one_search_is_enough_where_nothing_is_refused() -> None:
    """The second search is for leftovers only, and there is no third."""
    clean, littered = Watched(), Watched()
    insert(littered, [orphan(f"ghost {n}", "a").to_point() for n in range(9)])
    for collection in (clean, littered):
        ProductIndex(collection).write(
            [a_write(a_record(name, Stamp(2, 0), indexed=[name])) for name in "abc"]
        )
        ProductIndex(collection).similar(vector_of("a"), limit=3)
    assert (clean.searches, littered.searches) == (1, 2)


def test_the_product_that_asks_is_left_out_and_costs_no_place() -> None:
    """`without_product` never appears, and the answer is as long as without it."""
    _, index = an_index()
    index.write([a_write(a_record(name, Stamp(2, 0), indexed=[name])) for name in "abcd"])
    answer = index.similar(vector_of("a"), limit=3, without_product="a")
    assert {name for name, _ in shown(answer)} == {"b", "c", "d"}
    assert len(index.similar(vector_of("a"), limit=3, without_product="z")) == 3


def test_filters_narrow_what_is_similar() -> None:
    """Named fields and declared attributes do."""
    _, index = an_index()
    index.write(
        [
            a_write(a_record("a", Stamp(2, 0), indexed=["a"], in_stock=True, attributes={"weight": 1.5})),
            a_write(a_record("b", Stamp(2, 0), indexed=["b"], in_stock=False, attributes={"weight": 3})),
        ]
    )
    query = vector_of("a")
    assert shown(index.similar(query, limit=9, where=Equals("in_stock", True))) == [("a", ["a"])]
    assert shown(index.similar(query, limit=9, where=Range("attributes.weight", gt=2))) == [("b", ["b"])]


def test_records_are_found_by_product() -> None:
    """Products that were never heard of are left out; deleted ones are not."""
    _, index = an_index()
    kept, gone = a_record("kept", Stamp(2, 0), indexed=["a"]), a_record("gone", Stamp(3, 0))
    index.write([a_write(kept), a_write(gone)])
    assert index.records(["kept", "gone", "never"]) == {"kept": kept, "gone": gone}
    assert (index.record("kept"), index.record("never")) == (kept, None)


def test_vectors_are_found_by_product_and_image() -> None:
    """Images without a point are left out, and asking for none asks for nothing."""
    _, index = an_index()
    index.write([a_write(a_record("p", Stamp(2, 0), indexed=["a", "b"]))])
    found = index.vectors({"p": ["a", "x"], "q": ["a"]})
    assert {name: list(images) for name, images in found.items()} == {"p": ["a"]}
    np.testing.assert_allclose(found["p"]["a"], vector_of("a"), atol=1e-6)
    assert index.vectors({}) == {} == index.vectors({"p": []})


def test_due_records_are_those_whose_time_has_come() -> None:
    """Only products with a pending image whose next try is at or before now, at most `limit`."""
    _, index = an_index()
    index.write([a_write(a_record(name, Stamp(2, 0), pending=["x"])) for name in "abc"])
    index.write([a_write(a_record("d", Stamp(2, 0), indexed=["x"]))])
    assert {record.product_id for record in index.due(2_000, limit=9)} == {"a", "b", "c"}
    assert index.due(1_999, limit=9) == []
    assert len(index.due(2_000, limit=2)) == 2
    assert index.count_pending() == 3


def test_everything_is_told_page_by_page() -> None:
    """All records and all image points, orphans included, and how many there are."""
    collection, index = an_index()
    names = [f"p{n}" for n in range(1_201)]
    writes = [a_write(a_record(name, Stamp(2, 0), indexed=["a"])) for name in names]
    insert(collection, [write.record.to_point() for write in writes])
    insert(collection, [point.to_point() for write in writes for point in write.points])
    insert(collection, [orphan("ghost", "a").to_point()])
    assert sorted(record.product_id for record in index.all_records()) == sorted(names)
    assert sum(1 for _ in index.image_points()) == 1_202
    assert (index.count_records(), index.count_images(), index.count_pending()) == (1_201, 1_202, 0)


def test_the_status_is_one_point_and_no_hit() -> None:
    """What was written last is read; nothing else counts or shows it."""
    _, index = an_index()
    assert index.status() is None
    index.write_status({"lag": 7})
    index.write_status({"lag": 3})
    assert index.status() == {"lag": 3, "kind": "status"}
    assert (index.count_records(), index.count_images()) == (0, 0)
    assert index.similar(vector_of("x"), limit=9) == []
