import json
import shlex
from pathlib import Path

import pytest

from standalone.report import Outcome, describe, examples

PRODUCT = {"id": "665f1c", "name": "Linen shirt"}


def test_an_outcome_is_told_in_numbers() -> None:
    """Products, images, speed and dead letters, and nothing of what did not happen."""
    outcome = Outcome(products=251, images=406, failed=0, reused=0, dead_letters=0, seconds=5.8)
    assert describe(outcome) == "251 products with 406 images, 70 images/s, 0 dead letters"


def test_speed_counts_only_what_was_embedded() -> None:
    """Vectors that were there already make no start look faster."""
    outcome = Outcome(products=251, images=400, failed=6, reused=300, dead_letters=6, seconds=10)
    assert describe(outcome) == (
        "251 products with 400 images, 300 of them embedded before, 6 images unusable, 10 images/s, "
        "6 dead letters"
    )


def test_no_speed_is_claimed_where_nothing_was_embedded() -> None:
    """All from before: no images a second."""
    outcome = Outcome(products=1, images=2, failed=0, reused=2, dead_letters=0, seconds=0)
    assert "/s" not in describe(outcome)


@pytest.mark.parametrize(
    "photo", ["/shop/images/a.jpg", "/my shop/o'clock/a,b;c.jpg", '/quo"ted/back\\slash.jpg']
)
def test_commands_survive_any_path(photo: str) -> None:
    """A shell, and then curl, reads back the photo's path, whatever is in it."""
    example, *_ = examples("http://127.0.0.1:8000", PRODUCT, Path(photo))
    words = shlex.split(example.command)
    form = next(word for word in words if word.startswith("file=@")).removeprefix("file=@")
    if form.startswith('"'):
        form = form[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    assert form == photo


def test_there_are_three_ways_to_ask() -> None:
    """A photo, a product as JSON, a product as a link."""
    by_photo, by_json, by_link = examples("http://127.0.0.1:8000", PRODUCT, Path("/a.jpg"))
    assert "http://127.0.0.1:8000/find_similar" in shlex.split(by_photo.command)
    words = shlex.split(by_json.command)
    assert json.loads(words[words.index("-d") + 1])["product_id"] == "665f1c"
    assert "http://127.0.0.1:8000/products/665f1c/similar?limit=3" in shlex.split(by_link.command)
