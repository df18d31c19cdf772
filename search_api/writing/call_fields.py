"""The names under which backends of the system before say things, and what a call says under them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from search_api.errors import InvalidRequest

PRODUCT_ID: Final = ("product_id", "productId", "_id")
IMAGE_URL: Final = ("image_url", "imageUrl")
IMAGE_ID: Final = ("image_id", "imageId", "public_id", "publicId")
FILE: Final = ("file", "image")
IMAGES: Final = ("images", "image_urls", "imageUrls")
ITEMS: Final = ("items", "products", "embeddings")
URL_OF_AN_IMAGE: Final = (*IMAGE_URL, "url", "secure_url")
OF_THE_PRODUCT: Final[Mapping[str, Sequence[str]]] = {
    "name": ("name", "title"),
    "category": ("category",),
    "brand": ("brand",),
    "price": ("price",),
    "currency": ("currency",),
    "in_stock": ("in_stock", "inStock"),
    "url": ("product_url", "productUrl"),
    "attributes": ("attributes",),
}
"""What a call may say of the product besides its images, by the field of the event."""


def said(call: Mapping[str, Any], names: Sequence[str]) -> Any:
    """What the call says under one of these names; None where it says nothing, or an empty text.

    Raises InvalidRequest where two of the names say different things.
    """
    values = {name: call[name] for name in names if call.get(name) not in (None, "")}
    found: Any = None
    for name, value in values.items():
        if found is not None and value != found:
            raise InvalidRequest.of(name, f"says another thing than {next(iter(values))}")
        found = value
    return found


def text(call: Mapping[str, Any], names: Sequence[str]) -> str | None:
    """The same for a text; a whole number counts as one. Raises InvalidRequest."""
    value = said(call, names)
    if type(value) is int:
        return str(value)
    if value is not None and not isinstance(value, str):
        raise InvalidRequest.of(next(name for name in names if name in call), "should be a text")
    return value


def needed(call: Mapping[str, Any], names: Sequence[str]) -> str:
    """The same for a text that must be there. Raises InvalidRequest."""
    value = text(call, names)
    if value is None or not value.strip():
        raise InvalidRequest.of(names[0], f"is missing; it may also be named {' or '.join(names[1:])}")
    return value
