"""A shop's product beside the index's record of it: missing, extra or stale. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import ValidationError

from producer_examples.python.importing.index_listing import Indexed
from producer_examples.python.importing.product_event import Stated, product_of
from product_events import OrderKind, Product

_SHOWN_CHARS: Final = 60
_COMPARED: Final = ("name", "category", "brand", "price", "currency", "in_stock", "url")


class Verdict(StrEnum):
    """How a product of the index differs from the shop's."""

    MISSING = "missing"
    """The shop sells it, and the index does not have it."""
    EXTRA = "extra"
    """The index has it, and the shop does not sell it."""
    STALE = "stale"
    """Both have it, and not alike."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One product, and what is wrong with it."""

    product_id: str
    verdict: Verdict
    why: str

    def to_json(self) -> dict[str, str]:
        """For one line of output."""
        return {"product_id": self.product_id, "finding": self.verdict.value, "why": self.why}


def compare(
    product_id: str, stated: Stated | None, indexed: Indexed | None, kind: OrderKind, *, by_content: bool
) -> Difference | None:
    """Judge a product that the shop states (None: it has none of that id) and the index records.

    by_content: what both say of it is compared; without, only whether the index's order is behind.
    """
    for_sale = stated is not None and not stated.deleted
    if not for_sale:
        if indexed is None or not indexed.live:
            return None
        gone = stated.reading.removed_by if stated is not None else None
        why = (
            "the shop has no such product" if gone is None else f"the shop says that it is gone: {gone.path}"
        )
        return Difference(product_id, Verdict.EXTRA, why)
    assert stated is not None  # noqa: S101 - what for_sale says, for mypy
    if indexed is None:
        return Difference(product_id, Verdict.MISSING, "the index has never heard of it")
    if not indexed.live:
        return Difference(
            product_id, Verdict.MISSING, f"the index has its deletion, {_at(indexed.order, kind)}"
        )
    if not by_content:
        if stated.own_order is None or indexed.order >= stated.own_order:
            return None
        why = (
            f"the index has it as of {_at(indexed.order, kind)}, the shop as of {_at(stated.own_order, kind)}"
        )
        return Difference(product_id, Verdict.STALE, why)
    differing = list(_differing(stated, indexed))
    return Difference(product_id, Verdict.STALE, "; ".join(differing)) if differing else None


def _differing(stated: Stated, indexed: Indexed) -> Iterator[str]:
    try:
        product = product_of(stated)
    except ValidationError:
        yield "the shop's product is one that no event can carry"
        return
    ours, theirs = product.model_dump(mode="json"), indexed.product
    for name in _COMPARED:
        mine, other = ours.get(name), theirs.get(name)
        if mine != other:
            yield f"{name} is {_shown(mine)} in the shop and {_shown(other)} in the index"
    held = theirs.get("attributes") or {}
    for name in sorted(product.attributes.keys() | held.keys()):
        if product.attributes.get(name) != held.get(name):
            mine, other = product.attributes.get(name), held.get(name)
            yield f"attribute {name} is {_shown(mine)} in the shop and {_shown(other)} in the index"
    yield from _images(product, indexed)


def _images(product: Product, indexed: Indexed) -> Iterator[str]:
    ours = tuple((image.url, image.version) for image in product.images)
    if ours == indexed.images:
        return
    if sorted(map(str, ours)) == sorted(map(str, indexed.images)):
        yield "its images stand in another order"
        return
    lacking, left = len(set(ours) - set(indexed.images)), len(set(indexed.images) - set(ours))
    yield f"{lacking} of its images are not in the index, and {left} there are not in the shop"


def _at(order: int, kind: OrderKind) -> str:
    if kind is OrderKind.VERSION:
        return f"version {order}"
    return f"{datetime.fromtimestamp(order / 1000, UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3]


def _shown(value: Any) -> str:
    if value is None:
        return "missing"
    text = str(value) if not isinstance(value, Mapping) else "an object"
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…"
