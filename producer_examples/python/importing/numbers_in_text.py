"""Prices and quantities as shops write them: numbers, texts with currency signs, decimal commas."""

import re
from decimal import Decimal
from math import isfinite
from typing import Any, Final

_NUMBER: Final = re.compile(r"-?\d[\d.,'\u00a0\u202f ]*")


def number(value: Any) -> float | None:
    """Return the finite number that a value is or its text holds, or None.

    Of a comma and a point the last one is the decimal one; a lone comma before three digits groups
    thousands, a lone point never does.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal):
        try:
            found = float(value)
        except OverflowError:
            return None
        return found if isfinite(found) else None
    if not isinstance(value, str):
        return None
    numbers = _NUMBER.findall(value)
    if len(numbers) != 1:
        return None
    try:
        return float(_with_decimal_point(numbers[0]))
    except ValueError:
        return None


def _with_decimal_point(text: str) -> str:
    text = re.sub(r"['\u00a0\u202f ]", "", text).rstrip(".,")
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        grouping = "," if point > comma else "."
        return text.replace(grouping, "").replace(",", ".")
    if comma >= 0:
        decimal = text.count(",") == 1 and len(text) - comma - 1 != 3
        return text.replace(",", "." if decimal else "")
    return text.replace(".", "") if text.count(".") > 1 else text
