"""Reads check: a hit counts only if its product's record says so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vector_store.conditions import Condition, matches
from vector_store.filterable import filterable_part
from vector_store.points import Candidate
from vector_store.records import ProductRecord


@dataclass(frozen=True, slots=True)
class CheckedHit:
    """An image that a search found and its product's record lists as indexed."""

    image_key: str
    score: float


@dataclass(frozen=True, slots=True)
class CheckedProduct:
    """One product of an answer: the record's word on it, and its matching images, best first (never none)."""

    record: ProductRecord
    hits: tuple[CheckedHit, ...]

    @property
    def score(self) -> float:
        """The best image's cosine similarity to the query."""
        return self.hits[0].score


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check: what may be shown, best first, and the ids of the points refused."""

    products: tuple[CheckedProduct, ...]
    refused: frozenset[str]


def check(
    candidates: Iterable[Candidate],
    *,
    where: Condition | None = None,
    filterable_attributes: Mapping[str, str] | None = None,
) -> Checked:
    """Hold each candidate against its product's record, and filters against what the record says.

    Raises StoreCorrupt where a record cannot be read.
    """
    products: list[CheckedProduct] = []
    refused: set[str] = set()
    for candidate in candidates:
        record = None if candidate.record is None else ProductRecord.from_payload(candidate.record)
        if record is None or not _satisfies(record, where, filterable_attributes or {}):
            refused.update(hit.id for hit in candidate.hits)
            continue
        good: list[CheckedHit] = []
        for hit in candidate.hits:
            key = hit.payload.get("image_key")
            if isinstance(key, str) and record.lists_as_indexed(key):
                good.append(CheckedHit(key, hit.score))
            else:
                refused.add(hit.id)
        if good:
            products.append(CheckedProduct(record, tuple(good)))
    return Checked(tuple(best_first(products)), frozenset(refused))


def best_first(products: Iterable[CheckedProduct]) -> list[CheckedProduct]:
    """The order of an answer: by score, equal ones by product id so that pages are stable."""
    return sorted(products, key=lambda product: (-product.score, product.record.product_id))


def _satisfies(record: ProductRecord, where: Condition | None, attributes: Mapping[str, str]) -> bool:
    if not record.live or record.product is None:
        return False
    return where is None or matches(where, filterable_part(record.product, attributes))
