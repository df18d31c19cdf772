"""One search read page by page: in the order of a full scan, however it is read."""

from collections.abc import Collection as Ids
from dataclasses import replace

import numpy as np
import pytest

from tests.contract.memory_store import MemoryCollection
from tests.contract.samples import ATTRIBUTES, DIMENSION, a_generation, a_record, insert, vector_of
from tests.unit.vector_store.test_product_index import orphan
from vector_store import (
    CheckedProduct,
    Condition,
    Equals,
    ImagePoint,
    ImageState,
    ImageStatus,
    ProductIndex,
    ProductWrite,
    Stamp,
)
from vector_store.filterable import filterable_part
from vector_store.identity import product_uuid
from vector_store.points import Candidate, Vector
from vector_store.ranking import ROUNDS


def at(similarity: float) -> Vector:
    """A vector with this cosine to `QUERY`."""
    vector = np.zeros(DIMENSION, np.float32)
    vector[:2] = similarity, np.sqrt(1 - similarity**2)
    return vector


QUERY = at(1)


def a_product(product_id: str, *scores: float, **product: bool) -> ProductWrite:
    """A product with an image at each of these cosines to the query."""
    record = a_record(product_id, Stamp(4, 0), indexed=[f"{n}" for n in range(len(scores))])
    record = replace(record, product={**(record.product or {}), **product})
    filterable = filterable_part(record.product or {}, ATTRIBUTES)
    points = (
        ImagePoint(product_id, f"{n}", at(score), record.stamp, filterable) for n, score in enumerate(scores)
    )
    return ProductWrite(record, tuple(points))


def an_index(*writes: ProductWrite) -> tuple[MemoryCollection, ProductIndex]:
    collection = MemoryCollection(a_generation(attributes=ATTRIBUTES))
    index = ProductIndex(collection)
    index.write(writes)
    return collection, index


def names(found: list[CheckedProduct]) -> list[str]:
    return [each.record.product_id for each in found]


MANY = [a_product(f"p{n:03}", 0.9 - n / 1_000) for n in range(ROUNDS[0] + ROUNDS[1] + 40)]


@pytest.mark.parametrize("count", [1, 10, ROUNDS[0], ROUNDS[0] + 1, ROUNDS[0] + ROUNDS[1], len(MANY), 999])
def test_the_first_are_those_of_a_full_scan(count: int) -> None:
    """Over one round or several, best first, fewer only where there are no more."""
    _, index = an_index(*MANY)
    assert names(index.ranking(QUERY).best(count)) == [each.record.product_id for each in MANY[:count]]


def test_reading_on_continues() -> None:
    """Asked again for more, the beginning stays as it was."""
    _, index = an_index(*MANY)
    ranking = index.ranking(QUERY)
    first = ranking.best(7)
    assert ranking.best(50)[:7] == first
    assert len(ranking.best(50)) == 50


def test_equal_scores_come_by_product_id() -> None:
    """Also where they are too many for one round, which knows no product ids."""
    ids = [f"t{n:03}" for n in range(ROUNDS[0] + 20)]
    _, index = an_index(a_product("best", 0.9), *(a_product(each, 0.5) for each in ids), a_product("z", 0.1))
    assert names(index.ranking(QUERY).best(9)) == ["best", *ids[:8]]
    assert names(index.ranking(QUERY).best(999)) == ["best", *ids, "z"]


@pytest.mark.parametrize("places", [1, 2, 5])
def test_a_round_that_is_just_full_is_told_to_its_end(places: int) -> None:
    """The last ones too, whose score others might have shared."""
    ids = [f"p{n:02}" for n in range(ROUNDS[0])]
    writes = [a_product(each, 0.9 - 0.01 * min(n, ROUNDS[0] - places)) for n, each in enumerate(ids)]
    _, index = an_index(*writes)
    assert names(index.ranking(QUERY).best(len(ids))) == ids
    assert names(index.ranking(QUERY).best(999)) == ids


def test_a_product_whose_best_point_is_refused_comes_where_its_next_one_belongs() -> None:
    """A leftover neither lifts its product nor hides it, whether all images are wanted or the best."""
    collection, index = an_index(a_product("a", 0.4), a_product("b", 0.7), a_product("c", 0.5))
    leftover = orphan("a", "gone")
    insert(collection, [ImagePoint("a", "gone", at(0.95), leftover.stamp, {}).to_point()])
    for fully in (None, 0, 1):
        found = index.ranking(QUERY).best(3, fully=fully)
        assert names(found) == ["b", "c", "a"]
        assert found[2].score == pytest.approx(0.4, abs=1e-6)


def test_leftovers_of_whole_rounds_do_not_shorten_an_answer() -> None:
    """Products that are gone take places in the rounds, and further rounds find those behind them."""
    collection, index = an_index(a_product("behind", 0.1), a_product("far", 0.05))
    ghosts = [
        ImagePoint(f"g{n}", "x", at(0.9), Stamp(2, 0), {}).to_point()
        for n in range(ROUNDS[0] + ROUNDS[1] + 5)
    ]
    insert(collection, ghosts)
    assert names(index.ranking(QUERY).best(2)) == ["behind", "far"]
    assert names(index.ranking(QUERY).best(2, fully=0)) == ["behind", "far"]


@pytest.mark.parametrize("count", [1, 3, 16, 17, 100])
def test_products_to_leave_out_take_no_place(count: int) -> None:
    """However many they are, and wherever the others are read to."""
    _, index = an_index(*MANY)
    out = [each.record.product_id for each in MANY[:count]]
    ranking = index.ranking(QUERY, without={product_uuid(each) for each in out})
    assert names(ranking.best(3)) == [each.record.product_id for each in MANY[count : count + 3]]
    assert names(ranking.best(999)) == [each.record.product_id for each in MANY[count:]]


def test_a_product_that_fills_a_round_can_be_left_out() -> None:
    """By its many images, all of them nearer than anything else."""
    _, index = an_index(a_product("all", *[0.95] * (4 * ROUNDS[0])), *MANY[:3])
    ranking = index.ranking(QUERY, without={product_uuid("all")})
    assert names(ranking.best(9)) == [each.record.product_id for each in MANY[:3]]


class Counting(MemoryCollection):
    """Counts the searches, and says which of them had a condition."""

    def __init__(self) -> None:
        super().__init__(a_generation(attributes=ATTRIBUTES))
        self.conditions: list[Condition | None] = []

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
        self.conditions.append(where)
        return super().search(
            vector,
            limit=limit,
            hits_per_product=hits_per_product,
            where=where,
            without=without,
            with_records=with_records,
        )


def test_a_page_of_products_with_one_image_costs_one_search_without_a_condition() -> None:
    """What else would be asked for is known; an engine takes twice as long where there is a condition."""
    collection = Counting()
    index = ProductIndex(collection)
    index.write(MANY)
    ranking = index.ranking(QUERY, without={product_uuid("p000")})
    assert len(ranking.best(11, fully=10)) == 11
    assert collection.conditions == [None]


def test_filters_hold_as_the_record_says() -> None:
    """A point whose payload is behind its record does not bring its product in; nor are others kept out."""
    collection, index = an_index(
        a_product("sold out", 0.9, in_stock=False),
        a_product("there", 0.8, in_stock=True),
        a_product("other", 0.7, in_stock=True),
    )
    behind = ImagePoint("sold out", "0", at(0.9), Stamp(4, 0), {"in_stock": True})
    insert(collection, [behind.to_point()])
    for fully in (None, 0):
        found = index.ranking(QUERY, where=Equals("in_stock", value=True)).best(5, fully=fully)
        assert names(found) == ["there", "other"]


class Approximate(MemoryCollection):
    """Misses a product in searches that leave nothing out, as an approximate index may."""

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
            limit=limit + 1,
            hits_per_product=hits_per_product,
            where=where,
            without=without,
            with_records=with_records,
        )
        kept = [each for each in found if where is not None or each.product != product_uuid("p003")]
        return kept[:limit]


def test_what_a_round_missed_does_not_shift_pages() -> None:
    """A later round that finds something better leaves it out: the first page was told without it."""
    collection = Approximate(a_generation(attributes=ATTRIBUTES))
    index = ProductIndex(collection)
    index.write(MANY)
    first = names(index.ranking(QUERY).best(10))
    assert "p003" not in first
    assert names(index.ranking(QUERY).best(100))[:10] == first


def test_all_matching_images_come_of_as_many_as_wanted() -> None:
    """The others have their best one, which is enough to count them."""
    _, index = an_index(*(a_product(f"p{n}", 0.9 - n / 10, 0.8 - n / 10) for n in range(4)))
    found = index.ranking(QUERY).best(4, fully=2)
    assert [len(each.hits) for each in found] == [2, 2, 1, 1]


def test_nothing_is_found_in_nothing() -> None:
    """An empty index has an empty ranking, and one without the product a record."""
    collection, index = an_index()
    assert index.ranking(vector_of("x")).best(5) == []
    insert(collection, [orphan("ghost", "x").to_point()])
    assert index.ranking(vector_of("x")).best(5) == []


def test_a_pending_image_is_no_hit() -> None:
    """Whatever points there are of it."""
    write = a_product("a", 0.9)
    record = replace(write.record, images=(ImageState("0", "0", ImageStatus.PENDING, retry_at_ms=5),))
    collection, index = an_index()
    insert(collection, [record.to_point(), *(point.to_point() for point in write.points)])
    assert index.ranking(QUERY).best(5) == index.ranking(QUERY).best(5, fully=0) == []
