"""Which products are indexed: the sample catalogue's, drawn by a seed, new ones each time."""

import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from bench.errors import WrongOutcome
from standalone.catalogue import Catalogue

Product: TypeAlias = Mapping[str, Any]


def draw(catalogue: Catalogue, *, images: int, seed: int, base_url: str) -> list[Product]:
    """Products with exactly that many images together, as their events tell them, in a random order.

    Raises WrongOutcome where the catalogue has fewer.
    """
    products = list(catalogue.events(base_url))
    random.Random(seed).shuffle(products)
    drawn = first(products, images)
    if (found := image_count(drawn)) < images:
        raise WrongOutcome(f"the sample catalogue has {found} images, fewer than the {images} asked for")
    return drawn


def first(products: Iterable[Product], images: int) -> list[Product]:
    """The first products that have so many images together; the last one loses what is too much."""
    taken: list[Product] = []
    missing = images
    for product in products:
        if missing == 0:
            break
        kept = product["images"][:missing]
        taken.append({**product, "images": kept})
        missing -= len(kept)
    return taken


def renamed(products: Iterable[Product], suffix: str) -> list[Product]:
    """The same products under other ids: nothing of them is indexed yet."""
    return [{**product, "id": f"{product['id']}-{suffix}"} for product in products]


def image_count(products: Iterable[Product]) -> int:
    """Of all of them together."""
    return sum(len(product["images"]) for product in products)


def photo_paths(products: Sequence[Product], photos: Path) -> list[str]:
    """The files behind the products' image URLs, in order."""
    return [
        str(photos / image["url"].rpartition("/")[2]) for product in products for image in product["images"]
    ]
