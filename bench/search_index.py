"""An index to search in: products of a shop, as many as are asked for."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from model.onnx_embedder import read_info
from vector_store import (
    EventSource,
    Generation,
    ImagePoint,
    ImageState,
    ImageStatus,
    ProductIndex,
    ProductRecord,
    ProductWrite,
    Stamp,
    filterable_part,
)
from vector_store.edge import EdgeStore
from vector_store.points import Vector

CATEGORIES: Final = ("shirt", "dress", "shoes", "hat", "jacket", "skirt")
_BRANDS = 40
_PRODUCTS_A_WRITE = 500
_STAMP = Stamp(2, 7)


def build_index(
    folder: Path, model_path: Path, *, products: int, seed: int, images: int = 1, stamp: Stamp = _STAMP
) -> None:
    """A promoted generation of this model with so many products, each with so many images. Blocks.

    The vectors are drawn evenly from the sphere. stamp: where all of it stands among the events of a product.
    """
    info = read_info(model_path)
    store = EdgeStore(folder)
    try:
        made = store.create(
            Generation(
                name=f"products-{info.model_version}",
                model_version=info.model_version,
                dimension=info.dimension,
                preprocessing_hash="0" * 16,
                order_kind="time",
                created_at_ms=1,
            )
        )
        index = ProductIndex(made)
        chance = np.random.default_rng(seed)
        for start in range(0, products, _PRODUCTS_A_WRITE):
            numbers = range(start, min(start + _PRODUCTS_A_WRITE, products))
            index.write(_writes(numbers, info.dimension, chance, images, stamp))
        store.promote(made.generation.name)
        index.maintain()
    finally:
        store.close()


def product_id(number: int) -> str:
    """The id of the product of this number."""
    return f"product-{number}"


def product_number(one: str) -> int:
    """The inverse of `product_id`."""
    return int(one.removeprefix("product-"))


def brand_of(number: int, brands: int) -> str:
    """The brand of the product of this number, where there are so many brands."""
    return f"Brand {number % brands}"


def product_data(
    number: int, images: int, *, category: str | None = None, brands: int = _BRANDS
) -> dict[str, Any]:
    """What an event says of the product of this number, when it has so many images."""
    return {
        "id": product_id(number),
        "name": f"Product {number}",
        "category": category or CATEGORIES[number % len(CATEGORIES)],
        "brand": brand_of(number, brands),
        "price": 5.0 + number % 200,
        "in_stock": number % 3 > 0,
        "attributes": {"colour": "white"},
        "images": [{"url": f"https://img.example/{number}-{position}.jpg"} for position in range(images)],
    }


def product_write(
    number: int,
    vectors: Sequence[Vector],
    *,
    category: str | None = None,
    brands: int = _BRANDS,
    stamp: Stamp = _STAMP,
) -> ProductWrite:
    """A product whose images have these vectors, float32 [dimension] each."""
    product = product_data(number, len(vectors), category=category, brands=brands)
    one, urls = product["id"], [image["url"] for image in product.pop("images")]
    record = ProductRecord(
        product_id=one,
        stamp=stamp,
        images=tuple(ImageState(url, url, ImageStatus.INDEXED) for url in urls),
        product=product,
        digest="0" * 32,
        event_time_ms=1,
        indexed_time_ms=1,
        source=EventSource("products", 0, number),
    )
    given = filterable_part(product, {})
    points = (ImagePoint(one, url, vector, stamp, given) for url, vector in zip(urls, vectors, strict=True))
    return ProductWrite(record, tuple(points))


def _writes(
    numbers: range, dimension: int, chance: np.random.Generator, images: int, stamp: Stamp
) -> Iterator[ProductWrite]:
    vectors = chance.standard_normal((len(numbers), images, dimension), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    for number, of_product in zip(numbers, vectors, strict=True):
        yield product_write(number, list(of_product), stamp=stamp)
