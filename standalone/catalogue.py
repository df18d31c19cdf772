"""The sample shop: its products as their events will tell them."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from standalone.errors import CatalogueMissing

# Where likeness is seen at a glance.
_EXAMPLE_CATEGORY: Final = "shoes"
SAMPLE_CATALOGUE: Final = Path(__file__).parents[1] / "producer_examples" / "sample_catalog"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Products as in products.jsonl, image URLs relative to the folder."""

    folder: Path
    products: tuple[Mapping[str, Any], ...]

    @property
    def photos(self) -> Path:
        """The folder of the photos."""
        return self.folder / "images"

    @property
    def product_ids(self) -> tuple[str, ...]:
        """In the catalogue's order."""
        return tuple(product["id"] for product in self.products)

    @property
    def image_count(self) -> int:
        """Of all products together."""
        return sum(len(product["images"]) for product in self.products)

    def example(self, among: Collection[str]) -> Mapping[str, Any] | None:
        """A product to begin searching with, of those with these ids; None where they are none of ours."""
        candidates = [each for each in self.products if each["id"] in among]
        in_category = (each for each in candidates if each["category"] == _EXAMPLE_CATEGORY)
        return next(in_category, candidates[0] if candidates else None)

    def events(self, base_url: str) -> Iterator[dict[str, Any]]:
        """Each product's event data, with image URLs under the base."""
        for product in self.products:
            images = [{**image, "url": base_url + image["url"]} for image in product["images"]]
            yield {**product, "images": images}

    def image_urls(self, base_url: str) -> frozenset[str]:
        """The URLs of all photos, under the base."""
        return frozenset(base_url + image["url"] for product in self.products for image in product["images"])

    def digest(self, base_url: str) -> str:
        """Another one when a product, a photo's URL or the base changes."""
        text = json.dumps(list(self.events(base_url)), sort_keys=True)
        return sha256(text.encode()).hexdigest()[:16]


def read_catalogue(folder: Path = SAMPLE_CATALOGUE) -> Catalogue:
    """Read products.jsonl. Raises CatalogueMissing."""
    path = folder / "products.jsonl"
    try:
        products = tuple(json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())
    except (OSError, ValueError) as error:
        raise CatalogueMissing(f"the sample catalogue is not at {path}: run from a whole checkout") from error
    return Catalogue(folder, products)
