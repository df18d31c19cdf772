"""An `EventPublisher` that keeps what it is given, and an index that follows it only when told."""

from collections.abc import Sequence
from threading import Lock

from product_events import EncodedEvent, EventPolicy, EventType, ProductChange, RawMessage, decode_event
from search_api.writing.event_publisher import Delivery, Outcome
from tests.unit.search_api.shop import colour_vector
from vector_store import (
    EventSource,
    ImagePoint,
    ImageState,
    ImageStatus,
    ProductIndex,
    ProductRecord,
    ProductWrite,
    Stamp,
)

NOW_MS = 1_800_000_000_000


class LogPublisher:
    """answers: what becomes of the next events; DELIVERED once they are used up.

    arrives_unconfirmed: whether an event that is not confirmed is in the log all the same.
    """

    def __init__(self, policy: EventPolicy, *, max_bytes: int = 1_000_000) -> None:
        self.policy = policy
        self.log: list[ProductChange] = []
        self.kinds: list[EventType] = []
        self.answers: list[Delivery] = []
        self.arrives_unconfirmed = False
        self._max_bytes = max_bytes
        self._read = 0
        self._lock = Lock()

    def publish(self, events: Sequence[tuple[EventType, EncodedEvent]]) -> list[Outcome]:
        return [self._publish(kind, message) for kind, message in events]

    def close(self) -> None: ...

    def _publish(self, kind: EventType, message: EncodedEvent) -> Outcome:
        with self._lock:
            if len(message.value) > self._max_bytes:
                return Outcome(Delivery.TOO_LARGE, "too large")
            answer = self.answers.pop(0) if self.answers else Delivery.DELIVERED
            if answer is Delivery.DELIVERED or self.arrives_unconfirmed:
                raw = RawMessage(
                    "products", 0, len(self.log), NOW_MS, message.key, message.value, message.headers
                )
                self.log.append(decode_event(raw, self.policy))
                self.kinds.append(kind)
            return Outcome(answer, "" if answer is Delivery.DELIVERED else "said so")

    def index(self, index: ProductIndex) -> None:
        """Write what was published since the last time, as a consumer would: each image is there."""
        new, self._read = self.log[self._read :], len(self.log)
        for change in new:
            index.write([_write_of(change)])


def _write_of(change: ProductChange) -> ProductWrite:
    stamp = Stamp.of_event(order=change.order, deleted=change.deleted, tie=change.tie)
    product = change.product
    images = product.images if product is not None else ()
    record = ProductRecord(
        product_id=change.product_id,
        stamp=stamp,
        images=tuple(
            ImageState(each.key, each.url, ImageStatus.INDEXED, each.public_id, each.version)
            for each in images
        ),
        product=None
        if product is None
        else product.model_dump(mode="json", exclude_none=True, exclude={"images"}),
        digest="0" * 32,
        event_time_ms=change.event_time_ms,
        indexed_time_ms=NOW_MS,
        source=EventSource("products", 0, 0),
    )
    vector = colour_vector((220, 20, 20))
    return ProductWrite(
        record, tuple(ImagePoint(change.product_id, each.key, vector, stamp, {}) for each in images)
    )
