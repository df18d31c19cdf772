"""Builds the sample catalogue: about 400 CC0 photos as about 250 products, the same on every run.

    python -m producer_examples.sample_catalog.build_sample_catalog --source path/to/clothing

SOURCE is a part of the clothing dataset: `images.csv` (image, category, kids, photographer) and `images/`.
Nothing is drawn at random: what is chosen follows from hashes of the photos' names.
"""

import argparse
import csv
import hashlib
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from producer_examples.sample_catalog.catalogue_words import BRANDS, BY_CATEGORY, sizes_of
from producer_examples.sample_catalog.photo_colour import garment_colour, garment_lab
from producer_examples.sample_catalog.unsuitable_photos import UNSUITABLE

_T = TypeVar("_T")

_PRODUCTS: Final = 250
# Of each group of so many products: this many photos in each place.
_PHOTOS_PER_PRODUCT: Final = (1, 2, 1, 2, 3, 1, 2, 1, 2, 2)
_MOST_PHOTOS: Final = 3
_CANDIDATES_PER_PRODUCT: Final = 15
# In CIE ΔE between the mean colours of two garments.
_ALIKE_DISTANCE: Final = 9.0
_LONGEST_SIDE_PX: Final = 512
_JPEG_QUALITY: Final = 76


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo of the source. `look` is the mean Lab colour of its garment, float64 [3]."""

    name: str
    category: str
    for_kids: bool
    photographer: str
    path: Path
    look: NDArray[np.float64]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--source", type=Path, required=True, help="the folder of images.csv and images/")
    parser.add_argument(
        "--target", type=Path, default=Path(__file__).parent, help="where products.jsonl and images/ go"
    )
    arguments = parser.parse_args()
    if not (arguments.source / "images.csv").is_file():
        print(f"{arguments.source}: no images.csv there", file=sys.stderr)
        return 2
    build(arguments.source, arguments.target)
    return 0


def build(source: Path, target: Path) -> None:
    """Write `target/products.jsonl` and `target/images/`, replacing what is there."""
    folder = target / "images"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.jpg"):
        old.unlink()
    groups = sorted(choose(source), key=lambda group: _hash("place", group[0].name))
    with (target / "products.jsonl").open("w", encoding="utf-8") as lines:
        for group in groups:
            for photo in group:
                _write_scaled(photo, folder)
            lines.write(json.dumps(describe(group), ensure_ascii=False) + "\n")


def choose(source: Path) -> Iterator[tuple[Photo, ...]]:
    """Yield the photos of each product, its main photo first."""
    names = defaultdict(list)
    with (source / "images.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["image"] not in UNSUITABLE and row["category"] in BY_CATEGORY:
                names[row["category"]].append(row)
    shares = {category: math.sqrt(len(rows)) for category, rows in names.items()}
    place = missing = 0
    for category in sorted(names):
        wanted = round(_PRODUCTS * shares[category] / sum(shares.values()))
        rows = sorted(names[category], key=lambda row: _hash("choice", row["image"]))
        # Many times what is needed, so that photos are found that go together.
        pool = [_open(source, row) for row in rows[: _CANDIDATES_PER_PRODUCT * wanted]]
        for _ in range(wanted):
            if not pool:
                break
            wished = _PHOTOS_PER_PRODUCT[place % len(_PHOTOS_PER_PRODUCT)]
            group = _take(pool, min(wished + missing, _MOST_PHOTOS))
            missing += wished - len(group)
            place += 1
            yield group


def describe(group: tuple[Photo, ...]) -> dict[str, Any]:
    """Return the event data of the product that these photos show."""
    main_photo = group[0]
    name, category = main_photo.name, main_photo.category
    words = BY_CATEGORY[category]
    material = _pick(words.materials, "material", name)
    noun = _pick(words.nouns, "noun", name)
    style = _pick(words.styles, "style", name)
    title = f"{style} {material} {noun}" if _hash("title", name) % 2 else f"{material} {noun}"
    stock = max(0, _hash("stock", name) % 48 - 6)
    product_id = hashlib.sha256(f"sample:{name}".encode()).hexdigest()[:24]
    with Image.open(main_photo.path) as image:
        colour = garment_colour(image)
    return {
        "id": product_id,
        "version": 1,
        "name": f"{title[0].upper()}{title[1:]}",
        "category": category,
        "brand": _pick(BRANDS, "brand", name),
        "price": _price(words.cheapest, words.dearest, name),
        "currency": "EUR",
        "in_stock": stock > 0,
        "url": f"https://shop.example/p/{product_id}",
        "images": [{"url": f"images/{photo.name}.jpg", "public_id": photo.name} for photo in group],
        "attributes": {
            **({"colour": colour} if colour else {}),
            "material": material,
            "audience": "kids" if main_photo.for_kids else "adults",
            "sizes": list(sizes_of(category, for_kids=main_photo.for_kids)),
            "stock": stock,
        },
    }


def _open(source: Path, row: dict[str, str]) -> Photo:
    path = source / "images" / f"{row['image']}.jpg"
    with Image.open(path) as image:
        look = garment_lab(image).mean(axis=0)
    return Photo(row["image"], row["category"], row["kids"] == "true", row["photographer"], path, look)


def _take(pool: list[Photo], count: int) -> tuple[Photo, ...]:
    """Remove the first photo from the pool, and those of its photographer that look much like it."""
    first = pool.pop(0)
    alike = [
        (distance, photo.name, photo)
        for photo in pool
        if (photo.photographer, photo.for_kids) == (first.photographer, first.for_kids)
        and (distance := float(np.linalg.norm(photo.look - first.look))) <= _ALIKE_DISTANCE
    ]
    others = [photo for _, _, photo in sorted(alike)[: count - 1]]
    for photo in others:
        pool.remove(photo)
    return (first, *others)


def _write_scaled(photo: Photo, folder: Path) -> None:
    with Image.open(photo.path) as image:
        scaled = image.convert("RGB")
        scaled.thumbnail((_LONGEST_SIDE_PX, _LONGEST_SIDE_PX), Image.Resampling.LANCZOS)
        scaled.save(folder / f"{photo.name}.jpg", quality=_JPEG_QUALITY, optimize=True)


def _price(cheapest: int, dearest: int, name: str) -> float:
    euros = cheapest + _hash("price", name) % (dearest - cheapest + 1)
    return round(euros + _pick((-0.05, -0.1, 0.0), "cents", name), 2)


def _pick(choices: tuple[_T, ...], purpose: str, name: str) -> _T:
    return choices[_hash(purpose, name) % len(choices)]


def _hash(purpose: str, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{purpose}:{name}".encode()).digest()[:8], "big")


if __name__ == "__main__":
    sys.exit(main())
