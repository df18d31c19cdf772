"""Rankings: pages of a checked search over every engine, held against a full scan of the records."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

import pytest

from tests.contract.samples import ATTRIBUTES, a_record, image_of, insert, number_id, vector_of
from tests.contract.test_search import BLUE, QUERY, RED, at, shape_of, three
from vector_store import (
    AllOf,
    Collection,
    Condition,
    Equals,
    ImagePoint,
    Not,
    OneOf,
    ProductIndex,
    ProductRecord,
    ProductWrite,
    Range,
    Stamp,
)
from vector_store.conditions import matches
from vector_store.filterable import filterable_part
from vector_store.identity import product_uuid
from vector_store.points import RANKED_FIELDS, Vector

__all__ = ["three"]
PRODUCTS = 64


@dataclass(frozen=True)
class Shop:
    """What was written, and what of it may be found: a score for each live product that has a point."""

    writes: tuple[ProductWrite, ...]
    leftovers: tuple[ImagePoint, ...]

    def expected(self, query: Vector, where: Condition | None) -> list[tuple[float, str]]:
        """Each product that satisfies the condition and its best image's cosine, best first, then by id."""
        found = []
        for write in self.writes:
            record = write.record
            if not record.live or not write.points:
                continue
            if where is None or matches(where, filterable_part(record.product or {}, ATTRIBUTES)):
                found.append((max(float(point.vector @ query) for point in write.points), record.product_id))
        return sorted(found, key=lambda each: (-each[0], each[1]))


def a_shop(random: Random) -> Shop:
    """Products of several images, some that share a picture, some deleted; points that no record lists."""
    writes, leftovers = [], []
    for number in range(PRODUCTS):
        product_id = f"p{number:03}"
        if random.random() < 0.1:
            writes.append(ProductWrite(a_record(product_id, Stamp(5, 0)), ()))
            leftovers.append(_point(a_record(product_id, Stamp(2, 0)), "gone", "query"))
            continue
        keys = [f"{product_id}-{n}" for n in range(random.randint(0, 4))]
        record = a_record(
            product_id,
            Stamp(4, 0),
            indexed=keys,
            category=random.choice(["shirt", "dress"]),
            price=float(random.randint(1, 100)),
            attributes={"colour": random.sample(["red", "blue", "green"], random.randint(1, 2))},
        )
        pictures = [key if random.random() < 0.8 else f"shared {random.randint(0, 3)}" for key in keys]
        points = tuple(_point(record, key, picture) for key, picture in zip(keys, pictures, strict=True))
        writes.append(ProductWrite(record, points))
        if random.random() < 0.1:
            leftovers.append(_point(record, "leftover", "query"))
    return Shop(tuple(writes), tuple(leftovers))


def _point(record: ProductRecord, key: str, picture: str) -> ImagePoint:
    filterable = filterable_part(record.product or {}, ATTRIBUTES)
    return ImagePoint(record.product_id, key, vector_of(picture), record.stamp, filterable)


def some_condition(random: Random) -> Condition | None:
    return random.choice(
        [
            None,
            OneOf("category", ("shirt",)),
            Not(OneOf("attributes.colour", ("red",))),
            AllOf((OneOf("attributes.colour", ("red",)), OneOf("attributes.colour", ("blue",)))),
            AllOf((Range("price", gte=20, lt=80), Not(Equals("category", "dress")))),
        ]
    )


@pytest.mark.parametrize("seed", range(3))
def test_pages_neither_repeat_nor_skip(collection: Collection, seed: int) -> None:
    """However it is paged and filtered, a ranking is the full scan: in its order, ties by product id."""
    random = Random(seed)
    shop = a_shop(random)
    index = ProductIndex(collection)
    index.write(shop.writes)
    insert(collection, [point.to_point() for point in shop.leftovers])
    query, where = vector_of(random.choice(["query", "shared 1", "p003-0"])), some_condition(random)
    out = {f"p{number:03}" for number in random.sample(range(PRODUCTS), random.choice([0, 1, 20]))}
    expected = [each for each in shop.expected(query, where) if each[1] not in out]
    paged: list[tuple[float, str]] = []
    size = random.randint(9, 40)
    while True:
        end = len(paged) + size
        without = {product_uuid(each) for each in out}
        ranking = index.ranking(query, where=where, without=without)
        found = ranking.best(end, fully=random.choice([None, 0]))
        paged += [(each.score, each.record.product_id) for each in found[len(paged) :]]
        if len(found) < end:
            break
    _assert_same(paged, expected)


def _assert_same(found: list[tuple[float, str]], expected: list[tuple[float, str]]) -> None:
    """The same products once each, with their scores; in order but for scores that differ in a last digit."""
    assert sorted(each[1] for each in found) == sorted(each[1] for each in expected)
    scores = {name: score for score, name in expected}
    assert [each[0] for each in found] == pytest.approx([scores[name] for _, name in found], abs=1e-5)
    assert _ordered(found)


def _ordered(found: Iterable[tuple[float, str]]) -> bool:
    keys = [(-score, name) for score, name in found]
    return keys == sorted(keys)


def test_a_mere_ranking_has_neither_records_nor_more_than_it_names(three: Collection) -> None:
    """The same products and hits as with records, with the payload that tells whose they are."""
    found = three.search(QUERY, limit=2, hits_per_product=1, with_records=False)
    assert shape_of(found) == [(RED, [1]), (BLUE, [4])]
    assert all(each.record is None for each in found)
    for each in found:
        payload = each.hits[0].payload
        assert (payload["product"], payload["image_key"]) == (
            each.product,
            f"{int(each.hits[0].id.replace('-', ''), 16)}.jpg",
        )
        assert payload.keys() >= set(RANKED_FIELDS)


def test_what_was_found_can_be_left_out(collection: Collection) -> None:
    """The next round of a ranking: the products that come after those."""
    insert(collection, [image_of(product_uuid(f"{n}"), n, at(0.9 - n / 100)) for n in range(1, 60)])
    first = collection.search(QUERY, limit=20, hits_per_product=1, with_records=False)
    out = Not(OneOf("product", tuple(each.product for each in first)))
    rest = collection.search(QUERY, limit=99, hits_per_product=1, where=out, with_records=False)
    assert [each.hits[0].id for each in (*first, *rest)] == [number_id(n) for n in range(1, 60)]
