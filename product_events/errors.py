"""Why a message is not a usable product event.

    EventError
    ├── NotAnEvent          the bytes or the envelope: no JSON, no CloudEvent, an empty value
    ├── UnknownEventType    a CloudEvent, but not one of the three product events
    ├── InvalidProduct      a named field of the data has a wrong type or value
    ├── MissingProductId    nothing says which product it is about
    ├── KeyMismatch         the message key names another product than the data
    ├── MissingOrder        nothing says where the event stands among the product's events
    ├── OrderOutOfRange     its order is negative or above the limit
    ├── FutureEvent         its time is too far ahead of the record's
    ├── TooManyImages       more images than a product may have
    └── EventTooLarge       more bytes than an event may have

All of them say that this message can never be applied, however often it is read again.
"""

from typing import Final

_MAX_REASON_CHARS: Final = 500


class EventError(Exception):
    """A message that cannot be applied. `str()` of it is one line of at most 500 characters."""

    def __init__(self, reason: str) -> None:
        line = " ".join(reason.split())
        super().__init__(line if len(line) <= _MAX_REASON_CHARS else f"{line[: _MAX_REASON_CHARS - 1]}…")


class NotAnEvent(EventError):
    """The value is no CloudEvent in JSON."""


class UnknownEventType(EventError):
    """The event's type is none of the product event types."""


class InvalidProduct(EventError):
    """The event's data breaks the product schema."""


class MissingProductId(EventError):
    """The event does not name its product."""


class KeyMismatch(EventError):
    """The message key is not the product id."""


class MissingOrder(EventError):
    """The event carries no order of the kind in use."""


class OrderOutOfRange(EventError):
    """The event's order is negative or above `MAX_ORDER`."""


class FutureEvent(EventError):
    """The event's time is further ahead of the record's timestamp than allowed."""


class TooManyImages(EventError):
    """The product has more images than allowed."""


class EventTooLarge(EventError):
    """The message's value has more bytes than allowed."""
