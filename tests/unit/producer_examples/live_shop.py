"""A shop that goes on selling while it is imported, and the log that both write to."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from producer_examples.python.importing.source import SourceDocument
from producer_examples.python.publishing import publish
from product_events import EncodedEvent, EventPolicy, OrderKind, RawMessage, decode_event, encode_event
from product_events.event_time import milliseconds

START = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Clock:
    """A millisecond passes with every look."""

    def __init__(self) -> None:
        self._now = START

    def __call__(self) -> datetime:
        self._now += timedelta(milliseconds=1)
        return self._now


@dataclass
class Log:
    """One topic, as a producer and a reader see it."""

    clock: Clock
    messages: list[tuple[int, bytes, EncodedEvent]] = field(default_factory=list)
    before_append: Callable[[], None] = lambda: None
    _reports: list[Callable[[], None]] = field(default_factory=list)

    def produce(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        *,
        headers: Any = None,
        on_delivery: Callable[[Any, Any], None] | None = None,
    ) -> None:
        assert value is not None
        assert key is not None
        assert on_delivery is not None
        self.before_append()
        self.append(EncodedEvent(key, value, tuple(headers)))
        self._reports.append(partial(on_delivery, None, None))

    def poll(self, timeout: float) -> int:
        reports, self._reports = self._reports, []
        for report in reports:
            report()
        return len(reports)

    def flush(self, timeout: float) -> int:
        self.poll(timeout)
        return 0

    def append(self, event: EncodedEvent) -> None:
        self.messages.append((milliseconds(self.clock()), event.key, event))

    def names(self, kind: OrderKind, *, compacted: bool) -> dict[str, str | None]:
        """Fold the log, or what compaction leaves of it: each product's name, None once deleted."""
        last = {key: place for place, (_, key, _) in enumerate(self.messages)}
        best: dict[str, tuple[tuple[int, int], str | None]] = {}
        for place, (at_ms, key, event) in enumerate(self.messages):
            if compacted and last[key] != place:
                continue
            raw = RawMessage("products", 0, place, at_ms, event.key, event.value, event.headers)
            change = decode_event(raw, EventPolicy(kind))
            stamp = (2 * change.order + change.deleted, change.tie)
            name = None if change.product is None else change.product.name
            if change.product_id not in best or stamp > best[change.product_id][0]:
                best[change.product_id] = (stamp, name)
        return {product_id: name for product_id, (_, name) in best.items()}


class LiveShop:
    """Products that change, an outbox in order, and a relay that lags. It is a source of its own products."""

    description = "a shop"
    is_live = True

    def __init__(self, random: Random, log: Log, kind: OrderKind, *, changes: int, products: int = 4) -> None:
        self._random = random
        self._log = log
        self._kind = kind
        self._changes_left = changes
        self._outbox: list[EncodedEvent] = []
        self._serial = 0
        self.documents_by_id: dict[str, dict[str, Any]] = {}
        for number in range(products):
            self._write(f"p{number}")
        # What was there before the shop had events: nobody has heard of it.
        self._outbox.clear()

    def step(self) -> None:
        """Perhaps change something; perhaps publish something."""
        while self._random.random() < 0.4:
            if self._outbox and self._random.random() < 0.6:
                self._log.append(self._outbox.pop(0))
            elif self._changes_left:
                self._changes_left -= 1
                self._change()

    def finish(self) -> None:
        """Publish all that there is to tell."""
        while self._outbox:
            self._log.append(self._outbox.pop(0))

    def names(self) -> dict[str, str]:
        """What is for sale."""
        return {
            product_id: document["name"]
            for product_id, document in self.documents_by_id.items()
            if not document["isDeleted"]
        }

    def count(self) -> int | None:
        return len(self.documents_by_id)

    def documents(self) -> Iterator[SourceDocument]:
        read_at = self._log.clock()
        for product_id in sorted(self.documents_by_id):
            self.step()
            if product_id in self.documents_by_id:
                yield self._document(product_id, read_at)

    def reread(self, product_ids: Sequence[str]) -> list[SourceDocument]:
        self.step()
        read_at = self._log.clock()
        return [self._document(id_, read_at) for id_ in product_ids if id_ in self.documents_by_id]

    def check_unchanged(self) -> None:
        raise AssertionError("a live source is read again")

    def raise_version(self, product_id: str, *, path: str, seen: int | None, to: int) -> bool:
        document = self.documents_by_id.get(product_id)
        if document is None or document.get(path) != seen:
            return False
        document[path] = to
        return True

    def close(self) -> None:
        """Nothing is open."""

    def forget_outbox(self) -> None:
        """Lose what was to be told."""
        self._outbox.clear()

    def change(self, product_id: str) -> None:
        """Give it another name."""
        self._write(product_id)

    def drop(self, product_id: str) -> None:
        """Delete it for good."""
        document = self.documents_by_id.pop(product_id)
        self._tell("product.deleted", {"id": product_id}, document["version"] + 1)

    def _document(self, product_id: str, read_at: datetime) -> SourceDocument:
        return SourceDocument(f"_id {product_id}", dict(self.documents_by_id[product_id]), read_at)

    def _change(self) -> None:
        product_id = self._random.choice(sorted(self.documents_by_id) or ["p0"])
        if product_id in self.documents_by_id and self._random.random() < 0.15:
            self.drop(product_id)
        elif product_id in self.documents_by_id or self._serial < 100:
            self._write(product_id, deleted=self._random.random() < 0.2)

    def _write(self, product_id: str, *, deleted: bool = False) -> None:
        if product_id not in self.documents_by_id and self._kind is OrderKind.VERSION and self._serial >= 100:
            return
        self._serial += 1
        before = self.documents_by_id.get(product_id)
        # Whoever makes a product anew under an old id in version mode has to go on with its versions.
        version = (before["version"] if before else 10 * self._serial) + 1
        self.documents_by_id[product_id] = {
            "_id": product_id,
            "name": f"{product_id} state {self._serial}",
            "isDeleted": deleted,
            "version": version,
            "updatedAt": self._log.clock(),
        }
        data = {
            "id": product_id,
            "name": f"{product_id} state {self._serial}",
            "url": "https://shop.example/",
        }
        self._tell("product.deleted" if deleted else "product.updated", data, version)

    def _tell(self, event_type: str, data: dict[str, Any], version: int) -> None:
        document = self.documents_by_id.get(data["id"])
        time = document["updatedAt"] if document is not None else self._log.clock()
        event = encode_event(event_type, {**data, "version": version}, source="/shop", time=time)
        self._outbox.append(event)


def sender(log: Log) -> Callable[[Iterable[Any], Callable[[Any], None]], Any]:
    """Publishes into the log as the command does."""
    return lambda events, arrived: publish(events, log, ["products"], on_delivered=arrived)
