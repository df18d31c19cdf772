"""What a shop says: product events as CloudEvents, decoded into changes that can be ordered.

Imports no broker, no engine and no other room.
"""

from product_events.change import MAX_EVENT_BYTES, EventPolicy, ProductChange, RawMessage
from product_events.decode import decode_event
from product_events.encode import EncodedEvent, encode_event
from product_events.errors import (
    EventError,
    EventTooLarge,
    FutureEvent,
    InvalidProduct,
    KeyMismatch,
    MissingOrder,
    MissingProductId,
    NotAnEvent,
    OrderOutOfRange,
    TooManyImages,
    UnknownEventType,
)
from product_events.event_types import EventType
from product_events.models import Product, ProductImage
from product_events.order import MAX_ORDER, OrderKind

__all__ = [
    "MAX_EVENT_BYTES",
    "MAX_ORDER",
    "EncodedEvent",
    "EventError",
    "EventPolicy",
    "EventTooLarge",
    "EventType",
    "FutureEvent",
    "InvalidProduct",
    "KeyMismatch",
    "MissingOrder",
    "MissingProductId",
    "NotAnEvent",
    "OrderKind",
    "OrderOutOfRange",
    "Product",
    "ProductChange",
    "ProductImage",
    "RawMessage",
    "TooManyImages",
    "UnknownEventType",
    "decode_event",
    "encode_event",
]
