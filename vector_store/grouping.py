"""Best hits by product, for engines that cannot group by themselves."""

from collections.abc import Sequence

from vector_store.points import ScoredPoint


def group_by_product(
    hits: Sequence[ScoredPoint], *, limit: int, hits_per_product: int
) -> dict[str, tuple[ScoredPoint, ...]]:
    """The first `limit` products of hits that come best first, each with its best hits, in that order."""
    groups: dict[str, list[ScoredPoint]] = {}
    for hit in hits:
        product = hit.payload.get("product")
        if not isinstance(product, str):
            continue
        group = groups.get(product)
        if group is None:
            if len(groups) == limit:
                continue
            groups[product] = [hit]
        elif len(group) < hits_per_product:
            group.append(hit)
    return {product: tuple(group) for product, group in groups.items()}
