"""What the demo says of what it did, and what to try."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_READABLE = " | python3 -m json.tool"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One filling of the index.

    products, images, failed: as `Searchable` counts them. reused: of the images, those whose vectors were
    there already. seconds: from the first event to the last image being searchable.
    """

    products: int
    images: int
    failed: int
    reused: int
    dead_letters: int
    seconds: float

    @property
    def images_per_second(self) -> float:
        """Images embedded and made searchable, a second."""
        return (self.images - self.reused) / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Example:
    """Something to try: what it asks, and the command that asks it."""

    question: str
    command: str


def describe(outcome: Outcome) -> str:
    """The outcome in a line."""
    parts = [f"{outcome.products} products with {outcome.images} images"]
    if outcome.reused:
        parts.append(f"{outcome.reused} of them embedded before")
    if outcome.failed:
        parts.append(f"{outcome.failed} images unusable")
    if outcome.images > outcome.reused:
        parts.append(f"{outcome.images_per_second:.0f} images/s")
    parts.append(f"{outcome.dead_letters} dead letters")
    return ", ".join(parts)


def examples(api_url: str, product: Mapping[str, Any], photo: Path) -> tuple[Example, ...]:
    """Three searches about one product and a photo of it. api_url ends without a slash."""
    product_id = product["id"]
    body = f'{{"product_id": "{product_id}", "limit": 3}}'
    return (
        Example(
            "Which products look like this photo?",
            f"curl -s -F limit=3 -F {_form_file(photo)} {api_url}/find_similar{_READABLE}",
        ),
        Example(
            f"Which look like a product ({product['name']})?",
            f"curl -s -H 'Content-Type: application/json' -d '{body}' {api_url}/find_similar{_READABLE}",
        ),
        Example(
            "The same, as a link in a shop would ask:",
            f"curl -s '{api_url}/products/{product_id}/similar?limit=3'{_READABLE}",
        ),
    )


def _form_file(photo: Path) -> str:
    path = str(photo)
    if not re.fullmatch(r"[\w./-]+", path):
        # curl reads commas and semicolons of a bare path as its own.
        path = '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return shlex.quote(f"file=@{path}")
