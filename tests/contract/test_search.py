"""Search: the nearest products, each with its best images and its record."""

from itertools import pairwise

import numpy as np
import pytest

from tests.contract.samples import DIMENSION, image_of, insert, number_id, vector_of
from vector_store import Collection, Equals, Not, Range
from vector_store.identity import product_uuid
from vector_store.points import KIND_RECORD, Candidate, Point, Vector

RED, BLUE, GREEN = (product_uuid(name) for name in ("red", "blue", "green"))


def at(similarity: float) -> Vector:
    """A vector with this cosine to `QUERY`."""
    vector = np.zeros(DIMENSION, np.float32)
    vector[:2] = similarity, np.sqrt(1 - similarity**2)
    return vector


QUERY = at(1)


def the_record(product: str, **payload: object) -> Point:
    return Point(product, {"kind": KIND_RECORD, **payload})


def shape_of(candidates: list[Candidate]) -> list[tuple[str, list[int]]]:
    """Each product and the numbers of its hits, in the order of the answer."""
    return [(each.product, [int(hit.id.replace("-", ""), 16) for hit in each.hits]) for each in candidates]


@pytest.fixture
def three(collection: Collection) -> Collection:
    """Three products with three, two and one images; the third has no record."""
    insert(
        collection,
        [
            image_of(RED, 1, at(0.9), price=10.0),
            image_of(RED, 2, at(0.5), price=10.0),
            image_of(RED, 3, at(0.7), price=10.0),
            image_of(BLUE, 4, at(0.8), price=20.0),
            image_of(BLUE, 5, at(-0.6), price=20.0),
            image_of(GREEN, 6, at(0.6), price=30.0),
            the_record(RED, name="red shirt", images=[1, 2, 3]),
            the_record(BLUE, name="blue shirt"),
        ],
    )
    return collection


def test_products_come_best_first_with_their_hits_best_first(three: Collection) -> None:
    """One candidate a product, in the order of its best image, its images in the order of their scores."""
    found = three.search(QUERY, limit=10, hits_per_product=10)
    assert shape_of(found) == [(RED, [1, 3, 2]), (BLUE, [4, 5]), (GREEN, [6])]


def test_scores_are_cosine_similarities(three: Collection) -> None:
    """A score is the cosine of query and image, whatever the query's length."""
    for query in (QUERY, np.asarray(3 * QUERY, np.float32)):
        scores = [hit.score for each in three.search(query, limit=9, hits_per_product=9) for hit in each.hits]
        assert scores == pytest.approx([0.9, 0.7, 0.5, 0.8, -0.6, 0.6], abs=1e-5)


def test_hits_carry_their_payload_and_products_their_record(three: Collection) -> None:
    """A hit has the payload of its point; a candidate has the payload of its product's record, whole."""
    red = three.search(QUERY, limit=1, hits_per_product=1)[0]
    assert red.hits[0].payload["image_key"] == "1.jpg"
    assert red.record == {"kind": KIND_RECORD, "name": "red shirt", "images": [1, 2, 3]}


def test_an_orphan_comes_without_a_record(three: Collection) -> None:
    """A product that has image points and no record is a candidate whose record is None."""
    assert [each.record is None for each in three.search(QUERY, limit=3, hits_per_product=1)] == [
        False,
        False,
        True,
    ]


def test_limits_are_kept(three: Collection) -> None:
    """At most `limit` products and `hits_per_product` hits of each: the best ones."""
    assert shape_of(three.search(QUERY, limit=2, hits_per_product=2)) == [(RED, [1, 3]), (BLUE, [4, 5])]
    assert shape_of(three.search(QUERY, limit=1, hits_per_product=1)) == [(RED, [1])]


def test_a_condition_narrows_the_search(three: Collection) -> None:
    """Only points for which `where` holds can be hits."""
    assert shape_of(three.search(QUERY, limit=9, hits_per_product=9, where=Range("price", gt=15))) == [
        (BLUE, [4, 5]),
        (GREEN, [6]),
    ]
    assert three.search(QUERY, limit=9, hits_per_product=9, where=Equals("category", "hat")) == []
    assert shape_of(three.search(QUERY, limit=9, hits_per_product=9, where=Not(Range("price", lt=25)))) == [
        (GREEN, [6])
    ]


def test_named_points_are_skipped(three: Collection) -> None:
    """`without` takes points out of the search; their products come with what is left of them."""
    skipped = [number_id(n) for n in (1, 4, 5, 777)]
    assert shape_of(three.search(QUERY, limit=9, hits_per_product=9, without=skipped)) == [
        (RED, [3, 2]),
        (GREEN, [6]),
    ]
    narrowed = three.search(QUERY, limit=9, hits_per_product=9, where=Range("price", lt=25), without=skipped)
    assert shape_of(narrowed) == [(RED, [3, 2])]


def test_points_without_a_vector_are_never_hits(collection: Collection) -> None:
    """Records and the status are invisible to a search, even where nothing else is there."""
    insert(
        collection,
        [
            Point(RED, {"kind": KIND_RECORD, "product": RED}),
            Point(number_id(1), {"product": BLUE, "kind": "image"}),
        ],
    )
    assert collection.search(QUERY, limit=9, hits_per_product=9) == []


def test_an_empty_collection_finds_nothing(collection: Collection) -> None:
    """No points, no candidates."""
    assert collection.search(QUERY, limit=9, hits_per_product=9) == []


def test_a_replaced_point_is_found_where_it_is_now(collection: Collection) -> None:
    """A search sees a point's new vector and no longer its old one; without a vector not at all."""
    insert(collection, [image_of(RED, 1, at(0.9))])
    insert(collection, [image_of(RED, 1, at(0.1))])
    (red,) = collection.search(QUERY, limit=9, hits_per_product=9)
    assert [hit.score for hit in red.hits] == pytest.approx([0.1], abs=1e-5)
    insert(collection, [Point(number_id(1), {"product": RED})])
    assert collection.search(QUERY, limit=9, hits_per_product=9) == []


@pytest.mark.parametrize("limit", [1, 2, 5, 40])
def test_a_product_with_very_many_images_does_not_hide_others(collection: Collection, limit: int) -> None:
    """However many better images one product has, the next products are found."""
    crowd = [image_of(RED, n, at(0.9 + n * 1e-5)) for n in range(600)]
    others = [image_of(product_uuid(str(n)), 1_000 + n, at(0.8 - n * 1e-2)) for n in range(40)]
    insert(collection, [*crowd, *others])
    found = collection.search(QUERY, limit=limit, hits_per_product=3)
    assert [each.product for each in found] == [RED, *(product_uuid(str(n)) for n in range(limit - 1))]
    assert shape_of(found)[0] == (RED, [599, 598, 597])


def test_a_products_further_images_are_found_however_far_they_are(collection: Collection) -> None:
    """A product's second image counts among its hits although many images of others come before it."""
    crowd = [image_of(product_uuid(str(n)), 1_000 + n, at(0.8 - n * 1e-4)) for n in range(300)]
    insert(collection, [image_of(RED, 1, at(0.9)), image_of(RED, 2, at(-0.9)), *crowd])
    assert shape_of(collection.search(QUERY, limit=1, hits_per_product=4)) == [(RED, [1, 2])]


def test_all_products_are_found_in_the_order_of_a_full_scan(collection: Collection) -> None:
    """On random data the answer is what comparing the query with every point gives."""
    images = [(n, product_uuid(str(n % 37)), vector_of(f"image {n}")) for n in range(200)]
    insert(collection, [image_of(product, n, vector) for n, product, vector in images])
    for query in (vector_of(f"query {n}") for n in range(10)):
        best: dict[str, list[float]] = {}
        for _, product, vector in images:
            best.setdefault(product, []).append(float(vector @ query))
        expected = sorted((sorted(scores, reverse=True)[:3] for scores in best.values()), reverse=True)
        found = collection.search(query, limit=20, hits_per_product=3)
        assert len({each.product for each in found}) == 20
        for candidate, scores in zip(found, expected[:20], strict=True):
            assert [hit.score for hit in candidate.hits] == pytest.approx(scores, abs=1e-5)
        assert all(one.hits[0].score >= two.hits[0].score - 1e-6 for one, two in pairwise(found))
