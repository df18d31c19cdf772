"""What was read of a product becomes the event that says it, with its place among the product's events."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from producer_examples.python.event_lines import LineEvent
from producer_examples.python.importing.mapping import Reading
from producer_examples.python.importing.source import SourceDocument
from product_events import (
    MAX_EVENT_BYTES,
    EventPolicy,
    EventType,
    OrderKind,
    Product,
    RawMessage,
    decode_event,
    encode_event,
)
from product_events.encode import Mode
from product_events.event_time import milliseconds

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class EventOptions:
    """How events are written, and what the consumer takes of them."""

    order_kind: OrderKind = OrderKind.TIME
    source: str = "/import"
    mode: Mode = "structured"
    max_bytes: int = MAX_EVENT_BYTES
    max_images: int = 50


@dataclass(frozen=True, slots=True)
class Stated:
    """What a shop says of a product now.

    own_order: what its document says of it: milliseconds of its last change, or its version; None for a
    document without a time. order: that, or just before the document was read. fingerprint: the same for the
    same product in the same order.
    """

    product_id: str
    reading: Reading
    deleted: bool
    own_order: int | None
    order: int
    fingerprint: bytes


def state(reading: Reading, document: SourceDocument, kind: OrderKind) -> Stated:
    """Say what a document says, in the order that it has by itself."""
    before_read = just_before(document.read_at)
    if kind is OrderKind.VERSION:
        own: int | None = reading.version or 0
    else:
        changes = [time for time in (reading.changed, document.changed_beside) if time is not None]
        own = milliseconds(max(changes)) if reading.changed is not None else None
    deleted = reading.removed_by is not None
    content = None if deleted else reading.data
    told = json.dumps([content, deleted, own], sort_keys=True, default=str).encode(errors="replace")
    return Stated(
        product_id=reading.product_id,
        reading=reading,
        deleted=deleted,
        own_order=own,
        order=before_read if own is None else own,
        fingerprint=hashlib.sha256(told).digest()[:16],
    )


def just_before(moment: datetime) -> int:
    """The order, in milliseconds, of what was read at that moment or later: below every later change's."""
    return milliseconds(moment) - 1


def event_of(
    stated: Stated, options: EventOptions, *, number: int, order: int, now: datetime, again: bool = False
) -> LineEvent:
    """Write the event that says it in this order. Raises a leaf of EventError as a consumer would."""
    kind = EventType.DELETED if stated.deleted else EventType.UPDATED if again else EventType.CREATED
    data: dict[str, object] = {"id": stated.product_id} if stated.deleted else dict(stated.reading.data)
    version = order if options.order_kind is OrderKind.VERSION else stated.reading.version
    happened = stated.reading.changed or now
    return _write(kind, data, version, options, number=number, order=order, now=now, happened=happened)


def deletion(product_id: str, options: EventOptions, *, number: int, order: int, now: datetime) -> LineEvent:
    """Write the event that says that a product is gone, in this order. Raises a leaf of EventError."""
    version = order if options.order_kind is OrderKind.VERSION else None
    data: dict[str, object] = {"id": product_id}
    return _write(
        EventType.DELETED, data, version, options, number=number, order=order, now=now, happened=now
    )


def product_of(stated: Stated) -> Product:
    """The product as a consumer would see it. Raises pydantic's ValidationError."""
    return Product.model_validate(stated.reading.data)


def _write(
    kind: EventType,
    data: dict[str, object],
    version: int | None,
    options: EventOptions,
    *,
    number: int,
    order: int,
    now: datetime,
    happened: datetime,
) -> LineEvent:
    if version is not None:
        data["version"] = version
    time = happened if options.order_kind is OrderKind.VERSION else _EPOCH + timedelta(milliseconds=order)
    message = encode_event(kind, data, source=options.source, time=time, mode=options.mode)
    raw = RawMessage("", 0, 0, milliseconds(now), message.key, message.value, message.headers)
    policy = EventPolicy(options.order_kind, max_images=options.max_images, max_bytes=options.max_bytes)
    change = decode_event(raw, policy)
    return LineEvent(number, kind, change.product_id, message)
