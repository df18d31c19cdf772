"""The names that callers of an earlier service give to the fields of a search."""

from collections.abc import Mapping
from typing import Any, Final

from werkzeug.datastructures import MultiDict

_NAMES: Final[Mapping[str, str]] = {
    "imageUrl": "image_url",
    "productId": "product_id",
    "_id": "product_id",
    "top_k": "limit",
}
PHOTO_PARTS: Final = ("file", "image")
"""The names that a photo's part of a form may have."""


def with_own_names(given: Any) -> Any:
    """A JSON query under our names; what is given under both stays as it is, and is refused as unknown."""
    if not isinstance(given, dict):
        return given
    renamed: dict[str, Any] = {}
    for name, value in given.items():
        own = _NAMES.get(name, name)
        renamed[name if own in renamed or (own != name and own in given) else own] = value
    return renamed


def texts_with_own_names(given: MultiDict[str, str]) -> MultiDict[str, str]:
    """Texts under our names; what is given under both comes twice, and is refused for that."""
    return MultiDict([(_NAMES.get(name, name), value) for name, value in given.items(multi=True)])
