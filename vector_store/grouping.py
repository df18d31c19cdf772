"""Best hits by product, for engines that cannot group by themselves."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from vector_store.points import Payload


class Hit(Protocol):
    """A ranked point, as an engine has it."""

    @property
    def payload(self) -> Payload | None: ...


H = TypeVar("H", bound=Hit)


def group_by_product(hits: Sequence[H], *, limit: int, hits_per_product: int) -> dict[str, tuple[H, ...]]:
    """The first `limit` products of hits that come best first, each with its best hits, in that order."""
    groups: dict[str, list[H]] = {}
    for hit in hits:
        product = (hit.payload or {}).get("product")
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
