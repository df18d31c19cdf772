"""What an index shows: its records, what searches find, and what the points of that carry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.chaos.album import SAME, Album
from vector_store import ProductIndex

_MOST_PRODUCTS = 200
_OF_POINTS = ("revision", "tie", "category", "brand", "price", "in_stock")
_OF_PRODUCTS = ("name", "category", "brand", "price", "in_stock")


@dataclass(frozen=True, slots=True)
class Shown:
    """One product.

    revision, tie, live, fields: as its record tells; fields: None once deleted.
    found: the pictures that a search for each of the album's finds, as (URL, number of the picture).
    points: by the URL of what is found, what its point carries.
    pending: the URLs that are still to be tried.
    """

    revision: int
    tie: int
    live: bool
    fields: Mapping[str, Any] | None
    found: frozenset[tuple[str, int]]
    points: Mapping[str, Mapping[str, Any]]
    pending: frozenset[str]


def shown_by(index: ProductIndex, album: Album) -> dict[str, Shown]:
    """Every product that the index has a record of."""
    found: dict[str, set[tuple[str, int]]] = {}
    for number, vector in enumerate(album.vectors):
        answer = index.similar(vector, limit=_MOST_PRODUCTS, hits_per_product=50)
        full = len(answer) == _MOST_PRODUCTS and answer[-1].score >= SAME
        assert not full, "more products have one picture than a search shows: use more pictures"
        for product in answer:
            urls = {(hit.image_key, number) for hit in product.hits if hit.score >= SAME}
            found.setdefault(product.record.product_id, set()).update(urls)
    carried: dict[tuple[str, str], Mapping[str, Any]] = {}
    for point in index.image_points():
        carried[str(point.payload["product"]), str(point.payload["image_key"])] = _of(
            point.payload, _OF_POINTS
        )
    return {
        record.product_id: Shown(
            revision=record.stamp.revision,
            tie=record.stamp.tie,
            live=record.live,
            fields=None if record.product is None else _of(record.product, _OF_PRODUCTS),
            found=frozenset(found.get(record.product_id, ())),
            points={url: carried[record.id, url] for url, _ in found.get(record.product_id, ())},
            pending=frozenset(image.url for image in record.images if image.status == "pending"),
        )
        for record in index.all_records()
    }


def _of(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names if values.get(name) is not None}
