"""Reading what was stored: a field is there and of its type, or it is an error that names it."""

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def typed_field(stored: Mapping[str, object], name: str, kind: type[T]) -> T:
    """The field's value. Raises KeyError where it is missing, TypeError where it is of another type."""
    value = stored[name]
    if not isinstance(value, kind):
        raise TypeError(f"{name} is {str(value)[:100]!r}")
    return value


def optional_field(stored: Mapping[str, object], name: str, kind: type[T]) -> T | None:
    """The field's value, or None where it is missing. Raises TypeError where it is of another type."""
    return None if stored.get(name) is None else typed_field(stored, name, kind)
