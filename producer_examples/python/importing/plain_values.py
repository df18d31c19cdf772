"""What databases and exports hold becomes plain values: the rest of the import knows nothing of BSON."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

_UUID_SUBTYPE: Final = 4
_HEX_ID: Final = re.compile(r"[0-9a-f]{24}", re.IGNORECASE)
_WRITTEN_ID: Final = re.compile(r"\s*ObjectId\(\s*[\"']?([0-9a-fA-F]{24})[\"']?\s*\)\s*")
_NUMBERS: Final = {"$numberInt": int, "$numberLong": int, "$numberDouble": float, "$numberDecimal": Decimal}


class Reference(str):
    """The id of another document: a name to nobody until it is looked up."""

    __slots__ = ()


class Unreadable:
    """A value that no event can carry (bytes, code, a regular expression), and what it is."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind


def plain(value: Any) -> Any:
    """Return the value with mongoexport's extended JSON and BSON's types as plain ones.

    Ids of documents become References, decimals Decimal, times aware datetimes (a naive one is UTC), what
    cannot be read Unreadable.
    """
    if isinstance(value, Mapping):
        return _extended(value) if len(value) == 1 else {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, str | bool | int | float | Decimal | Unreadable):
        return value
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.utcoffset() is None else value
    kind = type(value).__name__
    if kind == "ObjectId":
        return Reference(value)
    if isinstance(value, UUID):
        return str(value)
    if kind == "Binary" and value.subtype == _UUID_SUBTYPE:
        return str(value.as_uuid())
    if kind == "Decimal128":
        return _decimal(str(value))
    if kind == "DBRef":
        return Reference(value.id)
    return Unreadable(kind)


def is_reference(value: Any) -> bool:
    """Say whether a value only points to another document. 24 hex digits do, as text too."""
    return isinstance(value, Reference) or (isinstance(value, str) and bool(_HEX_ID.fullmatch(value)))


def identifier(value: Any) -> str | None:
    """Return an id as text, or None for what is none. A spreadsheet's `ObjectId(…)` loses its wrapping."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else None
    if isinstance(value, str):
        written = _WRITTEN_ID.fullmatch(value)
        return (written.group(1) if written else str(value)).strip() or None
    return None


def from_cell(text: str | None) -> Any:
    """Return what a cell of a spreadsheet holds: JSON for a list or an object, None where it is blank."""
    stripped = (text or "").strip()
    if not stripped or stripped.lower() in {"null", "none", "undefined", "nan"}:
        return None
    if stripped[0] in "[{":
        try:
            return plain(json.loads(stripped))
        except (ValueError, RecursionError):
            return stripped
    written = _WRITTEN_ID.fullmatch(stripped)
    return Reference(written.group(1)) if written else stripped


def _extended(value: Mapping[Any, Any]) -> Any:
    ((name, content),) = value.items()
    if name == "$oid":
        return Reference(content)
    if name in {"$uuid", "$symbol"}:
        return str(content)
    if name == "$date":
        return _date(content)
    if name in _NUMBERS:
        return _number(name, content)
    if str(name).startswith("$"):
        return Unreadable(str(name))
    return {str(name): plain(content)}


def _date(content: Any) -> Any:
    if isinstance(content, Mapping):
        content = content.get("$numberLong")
    if isinstance(content, int) or (isinstance(content, str) and content.lstrip("-").isdigit()):
        try:
            return datetime.fromtimestamp(int(content) / 1000, UTC)
        except (OverflowError, ValueError, OSError):
            return Unreadable("a date out of range")
    return content if isinstance(content, str) else Unreadable("$date")


def _number(name: str, content: Any) -> Any:
    try:
        return _NUMBERS[name](str(content))
    except (ValueError, InvalidOperation):
        return Unreadable(name)


def _decimal(text: str) -> Any:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Unreadable("Decimal128")
