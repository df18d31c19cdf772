"""A shop's events as they come out of a log, and the fold of them that the index must equal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import orjson

from consumer.redrive.returned_messages import redrive_headers
from consumer.steps.decode import DecodedEvent, decode
from product_events import EventPolicy, OrderKind, ProductChange, RawMessage, encode_event

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)
_POLICIES = {True: EventPolicy(OrderKind.TIME), False: EventPolicy(OrderKind.VERSION)}
_REDRIVE_TOPIC = "product.dead-letters.redrive"
_LATER_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Says:
    """One event of a shop.

    images: a letter for each; None says that the product is gone.
    """

    order: int
    images: str | None
    category: str = "shirt"
    product: str = "p"

    def __str__(self) -> str:
        what = "deleted" if self.images is None else f"{{{','.join(self.images)}}} {self.category}"
        return f"{self.product}@{self.order} {what}"


def url_of(letter: str) -> str:
    """Where the image of this letter is; also its key."""
    return f"https://images.example/{letter}.jpg"


def decoded(says: Says, partition: int, offset: int, *, by_time: bool = False) -> DecodedEvent:
    """The event as it comes out of the project's own encoding and decoding; see `sent`."""
    [decoded_event], [] = decode([sent(says, partition, offset, by_time=by_time)], _POLICIES[by_time])
    return decoded_event


def come_back(original: RawMessage, *, by_time: bool) -> DecodedEvent:
    """A dead letter's message as it comes out of the redrive topic, an hour after it was first sent."""
    again = _sent_again(original, topic=_REDRIVE_TOPIC, headers=redrive_headers(original))
    [decoded_event], [] = decode([again], _POLICIES[by_time], _REDRIVE_TOPIC)
    return decoded_event


def published_again(original: RawMessage, *, by_time: bool) -> DecodedEvent:
    """What must not be done with a dead letter: its message is sent to its own topic once more."""
    [decoded_event], [] = decode([_sent_again(original, topic=original.topic)], _POLICIES[by_time])
    return decoded_event


def _sent_again(original: RawMessage, **changed: Any) -> RawMessage:
    return replace(original, timestamp_ms=original.timestamp_ms + _LATER_MS, **changed)


def sent(says: Says, partition: int, offset: int, *, by_time: bool) -> RawMessage:
    """The event as a broker delivers it.

    by_time: its order is the message's timestamp, since the event says neither version nor time.
    """
    event_type = "product.deleted" if says.images is None else "product.updated"
    data = {"id": says.product, "version": says.order, "category": says.category}
    if says.images is not None:
        data["images"] = [url_of(letter) for letter in says.images]
    event = encode_event(event_type, data, source="/shop", time=NOON, event_id="1")
    timestamp_ms, value = NOON_MS, event.value
    if by_time:
        timestamp_ms += says.order
        envelope = orjson.loads(value or b"")
        del envelope["time"], envelope["data"]["version"]
        value = orjson.dumps(envelope)
    return RawMessage("products", partition, offset, timestamp_ms, event.key, value, event.headers)


def fold_of(events: Iterable[DecodedEvent]) -> Mapping[str, ProductChange]:
    """By product its last change: of the highest order, then a delete, then the higher tie.

    Written down once more, from the events alone, so that it shares no mistake with stamps and records.
    """
    last: dict[str, ProductChange] = {}
    for event in events:
        known = last.get(event.change.product_id)
        if known is None or _place(event.change) > _place(known):
            last[event.change.product_id] = event.change
    return last


def _place(change: ProductChange) -> tuple[int, bool, int]:
    return change.order, change.deleted, change.tie
