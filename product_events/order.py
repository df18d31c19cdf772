"""Where an event stands among the events of its product.

Never the offset: offsets of two topics do not compare, and a replay changes them.
"""

from enum import StrEnum
from typing import Any, Final

from product_events.coercion import integer
from product_events.errors import FutureEvent, InvalidProduct, MissingOrder, OrderOutOfRange

MAX_ORDER: Final = 2**51


class OrderKind(StrEnum):
    """What orders a product's events: the event's time, or the version in its data."""

    TIME = "time"
    VERSION = "version"


def order_by_time(time_ms: int | None, timestamp_ms: int, max_ahead_seconds: float) -> int:
    """Return the event's time, or the record's timestamp for an event without one, in milliseconds.

    Raises MissingOrder without either, FutureEvent for a time too far ahead of a known timestamp, and
    OrderOutOfRange.
    """
    if time_ms is None:
        if timestamp_ms < 0:
            raise MissingOrder("the event has no time and its record no timestamp")
        return _within_range(timestamp_ms, "timestamp")
    if is_ahead(time_ms, timestamp_ms, max_ahead_seconds):
        ahead_seconds = (time_ms - timestamp_ms) // 1_000
        raise FutureEvent(
            f"the event's time is {ahead_seconds} s ahead of its record's timestamp, "
            f"more than {max_ahead_seconds:g} s"
        )
    return _within_range(time_ms, "time")


def order_by_version(version: Any, where: str) -> int:
    """Return the version found at `where`, an integer or the text of one.

    Raises MissingOrder for None, InvalidProduct for anything but an integer, and OrderOutOfRange.
    """
    if version is None:
        raise MissingOrder(f"{where} is missing, and events are ordered by version")
    try:
        return _within_range(integer(version), where)
    except ValueError as error:
        raise InvalidProduct(f"{where}: {error}") from error


def is_ahead(time_ms: int, timestamp_ms: int, max_ahead_seconds: float) -> bool:
    """Say whether a time is further ahead of the record's timestamp than allowed. Unknown timestamps pass."""
    return timestamp_ms >= 0 and time_ms - timestamp_ms > max_ahead_seconds * 1_000


def _within_range(order: int, where: str) -> int:
    if not 0 <= order <= MAX_ORDER:
        raise OrderOutOfRange(f"{where} is {'negative' if order < 0 else 'above 2**51'}")
    return order
