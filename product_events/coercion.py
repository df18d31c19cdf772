"""What is taken for a number, a text or a link: what shops mean, and nothing that could be misread."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_BLANK_OR_CONTROL: Final = re.compile(r"[\x00-\x20\x7f\\]")


def integer(value: Any) -> int:
    """Return 7 for 7, 7.0 or "7". Raises ValueError for everything else, booleans included."""
    kind = type(value)
    if kind is int:
        return int(value)
    if kind is float and value.is_integer():
        return int(value)
    if kind is str and _INTEGER.fullmatch(value):
        return int(value)
    raise ValueError("should be an integer")


def identifier(value: Any) -> Any:
    """Refuse a fraction where a name is expected: one too large for an integer would merge two names."""
    if type(value) is float:
        raise ValueError("should be a string or an integer")
    return value


def number(value: Any) -> Any:
    """Refuse true and false where a number is expected."""
    if type(value) is bool:
        raise ValueError("should be a number, not a boolean")
    return value


def web_url(value: str) -> str:
    """Return the link unchanged. Raises ValueError unless it is an absolute http or https URL."""
    if _BLANK_OR_CONTROL.search(value):
        raise ValueError("should be a URL without blanks, backslashes or control characters")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("should be an absolute http or https URL")
    return value
