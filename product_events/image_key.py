"""The name under which an image of a product is known: the same key means the same picture."""

import hashlib
from typing import Final

# No version contains it, and a URL that does is followed by one more: so no two pairs share a key.
VERSION_SEPARATOR: Final = "\n"


def image_key(url: str, version: str | None) -> str:
    """Return the key of an image: its exact URL, joined with its version if it has one.

    A `data:` image is known by the SHA-256 of its URL, which holds the picture itself; its version adds
    nothing. Two different pairs of URL and version never share a key.
    """
    if is_data_url(url):
        return f"data:sha256:{hashlib.sha256(url.encode()).hexdigest()}"
    if version is None and VERSION_SEPARATOR not in url:
        return url
    return f"{url}{VERSION_SEPARATOR}{version or ''}"


def is_data_url(url: str) -> bool:
    """Say whether the URL holds the picture itself. Schemes are case-insensitive."""
    return url[:5].lower() == "data:"
