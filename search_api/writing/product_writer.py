"""Changes of products become events, each merged with what is known of its product."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import time_ns
from typing import Final

import structlog

from product_events import EventPolicy, EventType, ProductImage
from search_api.errors import (
    EventTooBig,
    InvalidRequest,
    LineFull,
    NotPublished,
    OrderKindDiffers,
    TooManyWrites,
    WaitedTooLong,
)
from search_api.index.current_index import CurrentIndex
from search_api.metric_definitions import EVENTS_PUBLISHED
from search_api.photos.waiting_line import WaitingLine
from search_api.writing.event_publisher import Delivery, EventPublisher, Outcome
from search_api.writing.last_published import LastPublished, Published
from search_api.writing.next_event import NextEvent, next_event
from search_api.writing.product_edit import ProductEdit
from search_api.writing.product_locks import ProductLocks
from search_api.writing.product_state import later
from telemetry import Metrics
from vector_store import ProductIndex, ProductRecord, Stamp

WRITES_AT_A_TIME: Final = 8
WRITES_WAITING: Final = 16
_WAIT_SECONDS: Final = 5.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Written:
    """One product's published event. images: those that the call stored, in its order."""

    product_id: str
    kind: EventType
    stamp: Stamp
    images: tuple[ProductImage, ...]


class ProductWriter:
    """Thread-safe. The only one that may write these products: see docs/decisions/0013.

    now_ms: the time of day, in milliseconds since 1970.
    """

    def __init__(
        self,
        index: CurrentIndex,
        publisher: EventPublisher,
        policy: EventPolicy,
        metrics: Metrics,
        *,
        last_published: LastPublished | None = None,
        now_ms: Callable[[], int] = lambda: time_ns() // 1_000_000,
    ) -> None:
        self._index = index
        self._publisher = publisher
        self._policy = policy
        self._metrics = metrics
        self._last = last_published or LastPublished()
        self._now_ms = now_ms
        self._locks = ProductLocks()
        self._line = WaitingLine(WRITES_AT_A_TIME, length=WRITES_WAITING, wait_seconds=_WAIT_SECONDS)

    def write(self, edits: Sequence[ProductEdit]) -> list[Written]:
        """Publish an event for each; products must be named once each. All are checked before the first goes.

        Blocks: for a turn, for look-ups, and until Kafka has confirmed, or its deadline. The same call may be
        made again after any failure: what is there already is not added twice. Raises RequestError, NotReady,
        StoreError, TooManyWrites, IndexBehind, and NotPublished where Kafka did not confirm.
        """
        try:
            with self._line.turn():
                return self._write(edits)
        except (LineFull, WaitedTooLong) as error:
            raise TooManyWrites(str(error)) from error

    def _write(self, edits: Sequence[ProductEdit]) -> list[Written]:
        ids = [edit.product_id for edit in edits]
        with self._locks.hold(ids, wait_seconds=_WAIT_SECONDS):
            # In this order: what is forgotten between the two look-ups, the index has.
            known = {product_id: self._last.get(product_id) for product_id in ids}
            records = self._index.do(lambda index: self._records(index, ids))
            now_ms = self._now_ms()
            events = []
            for edit in edits:
                published = known[edit.product_id]
                state = later(published.state if published else None, records.get(edit.product_id))
                floor = published.floor if published else 0
                events.append(next_event(state, edit, self._policy, floor=floor, now_ms=now_ms))
            self._last.make_room(sum(len(each.message.value) for each in events), self._records_of)
            outcomes = self._publisher.publish([(each.kind, each.message) for each in events])
            for event, outcome in zip(events, outcomes, strict=True):
                self._remember(event, outcome)
        _raise_failures(events, outcomes)
        return [_written(edit, event) for edit, event in zip(edits, events, strict=True)]

    def _records(self, index: ProductIndex, product_ids: Iterable[str]) -> Mapping[str, ProductRecord]:
        kind = index.generation.order_kind
        if kind != self._policy.order_kind:
            raise OrderKindDiffers(
                f"the index is ordered by {kind}, and EVENT_ORDER here is {self._policy.order_kind.value}"
            )
        return index.records(product_ids)

    def _records_of(self, product_ids: Iterable[str]) -> Mapping[str, ProductRecord]:
        ids = list(product_ids)
        return self._index.do(lambda index: index.records(ids))

    def _remember(self, event: NextEvent, outcome: Outcome) -> None:
        self._metrics.count(EVENTS_PUBLISHED, type=event.kind.value, outcome=outcome.delivery.value)
        order = event.state.order
        if outcome.delivery is Delivery.DELIVERED:
            self._last.put(event.product_id, Published(event.state, order, len(event.message.value)))
        elif outcome.delivery is Delivery.UNKNOWN:
            _log.error("event not confirmed", product_id=event.product_id, reason=outcome.reason)
            before = self._last.get(event.product_id)
            self._last.put(
                event.product_id, replace(before, floor=order) if before else Published(None, order, 0)
            )


def _raise_failures(events: Sequence[NextEvent], outcomes: Sequence[Outcome]) -> None:
    failed = [
        (event, outcome)
        for event, outcome in zip(events, outcomes, strict=True)
        if outcome.delivery is not Delivery.DELIVERED
    ]
    if not failed:
        return
    event, outcome = failed[0]
    beside = (
        f"; {len(events) - len(failed)} of {len(events)} products were published" if len(events) > 1 else ""
    )
    if outcome.delivery is Delivery.TOO_LARGE:
        raise EventTooBig(
            f"product {event.product_id[:100]}: its event has {len(event.message.value):,} bytes, and the "
            f"broker does not take so many{beside}"
        )
    raise NotPublished(f"product {event.product_id[:100]} was not published{beside}: send the call again")


def _written(edit: ProductEdit, event: NextEvent) -> Written:
    by_url = {image.url: image for image in event.state.images}
    # Of two pictures under one name in a call, the later one stays.
    stored = tuple(by_url[url] for url in dict.fromkeys(each.url for each in edit.store) if url in by_url)
    return Written(event.product_id, event.kind, event.state.stamp, stored)


def once_each(edits: Sequence[ProductEdit]) -> list[ProductEdit]:
    """The same edits with one for each product, so that one event says all. Raises InvalidRequest."""
    merged: dict[str, ProductEdit] = {}
    for edit in edits:
        before = merged.get(edit.product_id)
        if before is None:
            merged[edit.product_id] = edit
            continue
        contradicting = [
            name for name, value in edit.fields.items() if before.fields.get(name, value) != value
        ]
        if contradicting:
            raise InvalidRequest.of(contradicting[0], f"product {edit.product_id[:100]} has two")
        merged[edit.product_id] = ProductEdit(
            edit.product_id,
            store=(*before.store, *edit.store),
            fields={**before.fields, **edit.fields},
            refetch=before.refetch or edit.refetch,
        )
    return list(merged.values())
