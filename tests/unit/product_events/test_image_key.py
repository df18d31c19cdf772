import hashlib

import pytest

from product_events import ProductImage
from product_events.image_key import image_key

PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


def test_the_key_is_the_exact_url() -> None:
    """Without a version the key is the URL, byte for byte."""
    assert image_key("HTTPS://X/%2f//a.jpg?b", None) == "HTTPS://X/%2f//a.jpg?b"


def test_a_version_makes_another_key() -> None:
    """A picture that changed behind its URL has another key."""
    keys = {image_key("https://x/a.jpg", version) for version in (None, "1", "2")}
    assert len(keys) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a\nb", None), ("a", "b")),
        (("a\n", None), ("a", None)),
        (("a\n", "b"), ("a", "b")),
        (("a\nb\n", None), ("a\nb", None)),
        (("a\nb", "c"), ("a", "b")),
    ],
)
def test_no_two_images_share_a_key(one: tuple[str, str | None], other: tuple[str, str | None]) -> None:
    """A URL that holds the separator is told apart from a URL with a version."""
    assert image_key(*one) != image_key(*other)


@pytest.mark.parametrize("url", [PIXEL, PIXEL.replace("data:", "DATA:")])
def test_an_image_within_its_url_is_known_by_its_digest(url: str) -> None:
    """The key of a data: URL is short and says nothing of the picture."""
    assert image_key(url, None) == f"data:sha256:{hashlib.sha256(url.encode()).hexdigest()}"
    assert image_key(url, "2") == image_key(url, None)


@pytest.mark.parametrize("version", [None, ""])
def test_an_empty_version_is_none(version: str | None) -> None:
    """An image without a version, or with an empty one, is known by its URL alone."""
    image = ProductImage(url="https://x/a.jpg", version=version)
    assert (image.version, image.key) == (None, "https://x/a.jpg")
