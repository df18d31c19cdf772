"""True and false as shops write them."""

from decimal import Decimal
from typing import Any, Final

_TRUE: Final = frozenset({"true", "yes", "y", "1", "on"})
_FALSE: Final = frozenset({"false", "no", "n", "0", "off"})


def flag(value: Any) -> bool | None:
    """Return what a value says, or None where it says neither."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return {0: False, 1: True}.get(int(value)) if value in (0, 1) else None
    if isinstance(value, str):
        word = value.strip().lower()
        return True if word in _TRUE else False if word in _FALSE else None
    return None
