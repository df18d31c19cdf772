"""Products out of ranked points, for an engine that cannot group."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from vector_store.conditions import Condition, Not, OneOf
from vector_store.grouping import Hit, group_by_product

_SHALLOWEST_POINTS = 32

H = TypeVar("H", bound=Hit)
H_co = TypeVar("H_co", bound=Hit, covariant=True)


class Ranking(Protocol[H_co]):
    """The nearest points that satisfy the condition, best first, at most `limit`."""

    def __call__(self, narrowed: Condition | None, limit: int) -> Sequence[H_co]: ...


def nearest_products(nearest: Ranking[H], *, limit: int, hits_per_product: int) -> dict[str, tuple[H, ...]]:
    """The `limit` products with the nearest points, best first, each with its best `hits_per_product` points.

    Products that were found are left out of the next ranking, so that a product of very many images costs one
    round and hides nobody; then the further points of those products are fetched that have some left.
    """
    groups: dict[str, tuple[H, ...]] = {}
    unfinished: list[str] = []
    # Where a condition leaves little more than what is wanted, all of it comes at once.
    depth = max(max(3, hits_per_product) * limit, _SHALLOWEST_POINTS)
    while len(groups) < limit:
        hits = nearest(Not(OneOf("product", tuple(groups))) if groups else None, depth)
        found = group_by_product(hits, limit=limit - len(groups), hits_per_product=hits_per_product)
        groups |= found
        if len(hits) < depth:
            break
        unfinished += [product for product, best in found.items() if len(best) < hits_per_product]
        depth *= 2
    depth = len(unfinished) * hits_per_product
    while unfinished:
        hits = nearest(OneOf("product", tuple(unfinished)), depth)
        groups |= group_by_product(hits, limit=len(unfinished), hits_per_product=hits_per_product)
        if len(hits) < depth:
            break
        unfinished = [product for product in unfinished if len(groups[product]) < hits_per_product]
        depth *= 2
    return groups
