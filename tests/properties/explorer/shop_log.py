"""A shop's events as they come out of a log, and the fold of them that the index must equal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from consumer.steps.decode import DecodedEvent, decode
from product_events import EventPolicy, OrderKind, ProductChange, RawMessage, encode_event

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)
_POLICY = EventPolicy(OrderKind.VERSION)


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


def decoded(says: Says, partition: int, offset: int) -> DecodedEvent:
    """The event as it comes out of the project's own encoding and decoding."""
    event_type = "product.deleted" if says.images is None else "product.updated"
    data = {"id": says.product, "version": says.order, "category": says.category}
    if says.images is not None:
        data["images"] = [url_of(letter) for letter in says.images]
    event = encode_event(event_type, data, source="/shop", time=NOON, event_id="1")
    message = RawMessage("products", partition, offset, NOON_MS, event.key, event.value, event.headers)
    [decoded_event], [] = decode([message], _POLICY)
    return decoded_event


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
