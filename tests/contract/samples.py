"""Points, generations and product states for tests of stores and of what stands on them."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

import numpy as np

from vector_store import (
    AllOf,
    Collection,
    EventSource,
    Generation,
    HasId,
    ImagePoint,
    ImageState,
    ImageStatus,
    ProductRecord,
    ProductWrite,
    Stamp,
    generation_name,
)
from vector_store.filterable import filterable_part
from vector_store.points import KIND_IMAGE, DeletePoints, Point, UpsertPoints, Vector

DIMENSION = 8
ATTRIBUTES = {
    "colour": "keyword",
    "sizes": "integer",
    "weight": "float",
    "organic": "bool",
    "fit (EU)": "keyword",
}

EVERYTHING = AllOf(())
NOTHING = HasId(frozenset())


def a_generation(
    suffix: str | None = None,
    *,
    collection: str = "products",
    created_at_ms: int = 1,
    attributes: Mapping[str, str] = MappingProxyType({}),
) -> Generation:
    return Generation(
        name=generation_name(collection, "0a1b2c3d", suffix),
        model_version="0a1b2c3d",
        dimension=DIMENSION,
        preprocessing_hash="feedbeef",
        order_kind="time",
        created_at_ms=created_at_ms,
        filterable_attributes=dict(attributes),
    )


class MakeGeneration(Protocol):
    """`a_generation` of one shop."""

    def __call__(
        self, suffix: str | None = None, *, created_at_ms: int = 1, attributes: Mapping[str, str] = ...
    ) -> Generation: ...


def number_id(number: int) -> str:
    """A point id; ids are in the order of their numbers."""
    return str(UUID(int=number))


def vector_of(name: str) -> Vector:
    """float32 [DIMENSION], of length 1, the same for the same name."""
    seed = int.from_bytes(sha256(name.encode()).digest()[:8], "big")
    vector = np.random.default_rng(seed).standard_normal(DIMENSION)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def insert(collection: Collection, points: Iterable[Point]) -> None:
    collection.apply([UpsertPoints(tuple(points), only_over=EVERYTHING)])


def empty(collection: Collection) -> None:
    collection.apply([DeletePoints(EVERYTHING)])


def stored(collection: Collection) -> dict[str, Mapping[str, object]]:
    """Every payload by point id."""
    page = collection.scroll(EVERYTHING, limit=10_000)
    assert page.next_id is None
    return {point.id: point.payload for point in page.points}


def image_of(product: str, number: int, vector: Vector, **payload: object) -> Point:
    """The point of an image of a product, which is named by its uuid."""
    return Point(
        number_id(number),
        {
            "kind": KIND_IMAGE,
            "product": product,
            "image_key": f"{number}.jpg",
            "revision": 2,
            "tie": 0,
            **payload,
        },
        vector,
    )


def a_record(
    product_id: str,
    stamp: Stamp,
    *,
    indexed: Iterable[str] = (),
    pending: Iterable[str] = (),
    failed: Iterable[str] = (),
    **product: object,
) -> ProductRecord:
    images = [
        *(ImageState(key=key, url=key, status=ImageStatus.INDEXED) for key in indexed),
        *(
            ImageState(
                key=key,
                url=key,
                status=ImageStatus.PENDING,
                reason="HttpUnavailable",
                http_status=503,
                tries=1,
                first_failed_at_ms=1_000,
                retry_at_ms=2_000,
            )
            for key in pending
        ),
        *(ImageState(key=key, url=key, status=ImageStatus.FAILED, reason="NotAnImage") for key in failed),
    ]
    return ProductRecord(
        product_id=product_id,
        stamp=stamp,
        images=() if stamp.deleted else tuple(images),
        product=None if stamp.deleted else {"id": product_id, "name": f"Product {product_id}", **product},
        digest="0" * 16,
        event_time_ms=stamp.revision // 2,
        indexed_time_ms=stamp.revision,
        source=EventSource("products", 0, 7),
    )


def a_write(record: ProductRecord, *, only: Iterable[str] | None = None) -> ProductWrite:
    """The write of a state, with points for all of its indexed images or for these only."""
    keys = record.indexed_keys
    return ProductWrite(
        record,
        tuple(
            ImagePoint(
                product_id=record.product_id,
                image_key=key,
                vector=vector_of(key),
                stamp=record.stamp,
                filterable=filterable_part(record.product or {}, ATTRIBUTES),
            )
            for key in keys
            if only is None or key in set(only)
        ),
    )
