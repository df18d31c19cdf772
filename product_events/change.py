"""What goes into decoding, and what comes out: plain values, free of the broker's classes."""

from dataclasses import dataclass
from typing import Final

from product_events.models import Product
from product_events.order import OrderKind

MAX_EVENT_BYTES: Final = 524_288
"""What an event's message may have unless configured otherwise: half of what brokers take by default."""


@dataclass(frozen=True, slots=True)
class RawMessage:
    """One message as a broker delivers it.

    `timestamp_ms` is the record's timestamp in milliseconds since 1970, negative where the broker has none.
    A `value` of None is a tombstone; an empty value is not.
    """

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()


@dataclass(frozen=True, slots=True)
class EventPolicy:
    """What an event must satisfy beyond its schema."""

    order_kind: OrderKind
    max_ahead_seconds: float = 300
    max_images: int = 50
    max_bytes: int = MAX_EVENT_BYTES


@dataclass(frozen=True, slots=True)
class ProductChange:
    """One decoded event.

    `order` and `tie` (0 to 2**32 - 1, 0 for deletes) say which of a product's changes is the later one.
    `event_time_ms` is when the shop says it happened; it orders only where the order's kind is time.
    `product` is None exactly for deletes. `refetch` asks to download its images even if their URLs are known.
    """

    product_id: str
    order: int
    tie: int
    deleted: bool
    event_time_ms: int
    product: Product | None
    refetch: bool
