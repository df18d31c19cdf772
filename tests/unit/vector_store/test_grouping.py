"""Products out of ranked points."""

from collections.abc import Sequence

import pytest

from vector_store import Condition
from vector_store.conditions import matches
from vector_store.edge.grouped_search import nearest_products
from vector_store.grouping import group_by_product
from vector_store.points import ScoredPoint


def ranked(products: str) -> list[ScoredPoint]:
    """One hit a letter, best first."""
    return [ScoredPoint(str(n), 1 - n / 1000, {"product": letter}) for n, letter in enumerate(products)]


def ids(groups: dict[str, tuple[ScoredPoint, ...]]) -> dict[str, list[str]]:
    return {product: [hit.id for hit in hits] for product, hits in groups.items()}


def test_products_are_taken_in_the_order_of_their_best_hit() -> None:
    """The first `limit` products are kept, each with its first hits, and no others."""
    assert ids(group_by_product(ranked("bbacab"), limit=2, hits_per_product=2)) == {
        "b": ["0", "1"],
        "a": ["2", "4"],
    }


def test_hits_without_a_product_are_passed_over() -> None:
    """A point that names no product belongs to none."""
    strange = [ScoredPoint("x", 1, {}), ScoredPoint("y", 1, {"product": 7}), *ranked("a")]
    assert ids(group_by_product(strange, limit=9, hits_per_product=9)) == {"a": ["0"]}


class Ranked:
    """An engine that ranks, and notes how it was asked."""

    def __init__(self, products: str) -> None:
        self.points = ranked(products)
        self.asked: list[int] = []

    def __call__(self, narrowed: Condition | None, limit: int) -> Sequence[ScoredPoint]:
        self.asked.append(limit)
        found = [each for each in self.points if narrowed is None or matches(narrowed, each.payload, each.id)]
        return found[:limit]


@pytest.mark.parametrize(
    "products", ["", "a", "abc" * 30, "a" * 500 + "b" * 40 + "c", "c" + "ab" * 300 + "c"]
)
@pytest.mark.parametrize("limit", [1, 2, 3, 50])
@pytest.mark.parametrize("hits_per_product", [1, 3, 100])
def test_the_answer_is_that_of_ranking_everything(products: str, limit: int, hits_per_product: int) -> None:
    """However the points are spread, products and their hits are those of a full ranking."""
    engine = Ranked(products)
    found = nearest_products(engine, limit=limit, hits_per_product=hits_per_product)
    assert found == group_by_product(ranked(products), limit=limit, hits_per_product=hits_per_product)
    assert list(found) == list(
        group_by_product(ranked(products), limit=limit, hits_per_product=hits_per_product)
    )


def test_usual_catalogues_take_two_requests() -> None:
    """Where products have a few images, one ranking finds them and one more finds their further images."""
    engine = Ranked("".join(3 * chr(0x4E00 + n) for n in range(500)))
    nearest_products(engine, limit=20, hits_per_product=8)
    assert len(engine.asked) == 2


def test_one_product_of_many_images_takes_one_more() -> None:
    """The product that fills a ranking is left out of the next."""
    engine = Ranked("a" * 5_000 + "b")
    nearest_products(engine, limit=2, hits_per_product=1)
    assert engine.asked == [32, 64]
