"""An index to search in: products of a shop with vectors drawn at random, as many as are asked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

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

CATEGORIES: Final = ("shirt", "dress", "shoes", "hat", "jacket", "skirt")
_PRODUCTS_A_WRITE = 500
_STAMP = Stamp(2, 7)


def build_index(folder: Path, model_path: Path, *, products: int, seed: int) -> None:
    """A promoted generation of this model with so many products, each with one image. Blocks."""
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
            index.write(
                _writes(range(start, min(start + _PRODUCTS_A_WRITE, products)), info.dimension, chance)
            )
        store.promote(made.generation.name)
        index.maintain()
    finally:
        store.close()


def product_id(number: int) -> str:
    """The id of the product of this number."""
    return f"product-{number}"


def _writes(numbers: range, dimension: int, chance: np.random.Generator) -> Iterator[ProductWrite]:
    vectors = chance.standard_normal((len(numbers), dimension), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    for number, vector in zip(numbers, vectors, strict=True):
        url = f"https://img.example/{number}.jpg"
        product = {
            "id": product_id(number),
            "name": f"Product {number}",
            "category": CATEGORIES[number % len(CATEGORIES)],
            "brand": f"Brand {number % 40}",
            "price": 5.0 + number % 200,
            "in_stock": number % 3 > 0,
            "attributes": {"colour": "white"},
        }
        record = ProductRecord(
            product_id=product_id(number),
            stamp=_STAMP,
            images=(ImageState(url, url, ImageStatus.INDEXED),),
            product=product,
            digest="0" * 32,
            event_time_ms=1,
            indexed_time_ms=1,
            source=EventSource("products", 0, number),
        )
        given = filterable_part(product, {})
        yield ProductWrite(record, (ImagePoint(product_id(number), url, vector, _STAMP, given),))
