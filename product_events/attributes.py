"""A product's free attributes: scalars or lists of scalars, nothing that an index could choke on."""

from math import isfinite
from typing import Any, Final

MAX_ATTRIBUTES: Final = 200
MAX_LIST_ITEMS: Final = 1_000
MAX_TEXT_CHARS: Final = 10_000
_INT64_END: Final = 2**63

Scalar = bool | int | float | str
AttributeValue = Scalar | list[Scalar]


def clean_attributes(value: Any) -> dict[str, AttributeValue]:
    """Return the attributes without those that are null.

    Raises ValueError for nested values, numbers that are not finite or leave 64 bits, and sizes beyond the
    limits above.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("should be an object")
    if len(value) > MAX_ATTRIBUTES:
        raise ValueError(f"should have at most {MAX_ATTRIBUTES} names, not {len(value)}")
    cleaned: dict[str, AttributeValue] = {}
    for name, content in value.items():
        if not isinstance(name, str):
            raise ValueError("names should be strings")
        if content is not None:
            cleaned[name] = (
                _list(name, content) if isinstance(content, list | tuple) else _scalar(name, content)
            )
    return cleaned


def _list(name: str, items: list[Any] | tuple[Any, ...]) -> list[Scalar]:
    if len(items) > MAX_LIST_ITEMS:
        raise ValueError(f"{name[:50]!r} should have at most {MAX_LIST_ITEMS} items, not {len(items)}")
    return [_scalar(name, item) for item in items if item is not None]


def _scalar(name: str, value: Any) -> Scalar:
    kind = type(value)
    if kind is str:
        if len(value) > MAX_TEXT_CHARS:
            raise ValueError(f"{name[:50]!r} should have at most {MAX_TEXT_CHARS} characters")
    elif kind is int:
        if not -_INT64_END <= value < _INT64_END:
            raise ValueError(f"{name[:50]!r} should fit into 64 bits")
    elif kind is float:
        if not isfinite(value):
            raise ValueError(f"{name[:50]!r} should be a finite number")
    elif kind is not bool:
        raise ValueError(f"{name[:50]!r} should be a scalar or a list of scalars")
    return value  # type: ignore[no-any-return]
