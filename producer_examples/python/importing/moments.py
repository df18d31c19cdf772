"""When a document was changed last, as its shop writes it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from producer_examples.python.importing.field_names import Found, by_names

CHANGED: Final = (
    "updatedat",
    "updateddate",
    "dateupdated",
    "updatedon",
    "modifiedat",
    "datemodified",
    "lastmodified",
    "lastupdated",
    "modified",
    "updated",
    "datemodifiedgmt",
)
REMOVED: Final = ("deletedat", "removedat", "archivedat", "blockedat")
_SECONDS_END: Final = 10**11
"""A number below it counts seconds: as milliseconds it would be before 1974."""


def moment(value: Any) -> datetime | None:
    """Return an aware time: a date, ISO 8601 text (without an offset it is UTC), seconds or milliseconds."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip().upper()
        if text.removeprefix("-").isdigit() and len(text) > 8:
            value = int(text)
        else:
            try:
                read = datetime.fromisoformat(text)
            except ValueError:
                return None
            return read.replace(tzinfo=UTC) if read.utcoffset() is None else read
    if isinstance(value, int | float | Decimal):
        try:
            number = float(value)
            return datetime.fromtimestamp(number if abs(number) < _SECONDS_END else number / 1000, UTC)
        except (OverflowError, ValueError, OSError):
            return None
    return None


def find_change(document: Mapping[str, Any]) -> Found | None:
    """Return the latest of the times at which the document says that it was changed or removed.

    A field that is no time is passed by. Its time of creation is none: what was changed later would seem old.
    """
    found = [
        Found(field.path, time)
        for field in by_names(document, CHANGED + REMOVED)
        if (time := moment(field.value)) is not None
    ]
    return max(found, key=lambda field: field.value, default=None)
