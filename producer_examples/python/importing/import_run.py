"""Sends a source's products, then looks at them again until none has changed since it was sent.

Why the second look: a product that the shop changes between our reading and our sending has its event in the
log before ours. The index takes the later of both, but a compacted topic keeps the last one of the log, ours.
What is unchanged after our event has arrived can only be followed by the shop's later events.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from producer_examples.python.event_lines import LineEvent
from producer_examples.python.importing.product_event import (
    EventOptions,
    Stated,
    deletion,
    event_of,
    just_before,
)
from producer_examples.python.importing.reading_pass import Account, ReadingPass
from producer_examples.python.importing.sent_state import Sent, SentState, StateError
from producer_examples.python.importing.source import Source, SourceDocument, SourceError
from producer_examples.python.publishing import Failure, Report
from product_events import EventError, OrderKind

_BATCH: Final = 200
_MAX_LOOKS: Final = 100
_GONE: Final = b"gone"

Send = Callable[[Iterable[LineEvent], Callable[[LineEvent], None]], Report]
"""Publishes events and calls back for each that has arrived; returns when every one is settled."""


class SendingBrokeOff(Exception):
    """Nothing more can be sent. `str()` of it is one line."""


class Progress(Protocol):
    """Who is told how far it is. A terminal's bar, or nobody."""

    def begin(self, what: str, total: int | None) -> None: ...

    def advance(self) -> None: ...


@dataclass(slots=True)
class Outcome:
    """What became of the events. `again` are those sent since their products changed meanwhile.

    broke_off: what ended it before its time: the source, the state file, or Kafka's client.
    """

    sent: int = 0
    delivered: int = 0
    deletes: int = 0
    again: int = 0
    unchanged: int = 0
    same_version: int = 0
    unsettled: int = 0
    interrupted: bool = False
    failed: int = 0
    failures: tuple[Failure, ...] = ()
    broke_off: SourceError | StateError | SendingBrokeOff | None = None

    @property
    def complete(self) -> bool:
        """Whether every event has arrived and no product changed after that."""
        return (
            self.sent == self.delivered
            and not self.interrupted
            and self.unsettled == 0
            and self.broke_off is None
        )


class ImportRun:
    """One import. The state outlives it, if it has a file."""

    def __init__(
        self,
        source: Source,
        products: ReadingPass,
        options: EventOptions,
        state: SentState,
        send: Send,
        *,
        account: Account,
        progress: Progress,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.outcome = Outcome()
        self._source = source
        self._products = products
        self._options = options
        self._state = state
        self._send = send
        self._account = account
        self._progress = progress
        self._now = now
        self._number = 0
        self._under_way: dict[int, Sent] = {}

    def run(self) -> Outcome:
        """Send everything, and settle. Blocks until done; raises SourceError, StateError before the first."""
        self._progress.begin("Sending", self._source.count())
        if self._source.is_live:
            self._state.uncheck_all()
        self.publish(self._all())
        if self.outcome.complete:
            self.settle()
        return self.outcome

    def publish(self, events: Iterable[LineEvent]) -> None:
        """Send events that `event` has made, and note what arrives."""
        report = self._send(self._until_it_breaks(events), self._arrived)
        self.outcome.sent += report.sent
        self.outcome.delivered += report.delivered
        self.outcome.failed += report.failed
        self.outcome.failures += tuple(report.failures)
        self.outcome.interrupted = self.outcome.interrupted or report.interrupted
        if report.gave_up:
            self._break_off(SendingBrokeOff(f"Kafka's client gave up: {report.gave_up}"))
        self._under_way.clear()
        try:
            self._state.save()
        except StateError as error:
            self._break_off(error)

    def settle(self) -> None:
        """Look at what was sent until nothing has changed since."""
        if not self._source.is_live:
            try:
                self._source.check_unchanged()
            except SourceError as error:
                self._break_off(error)
            return
        for _ in range(_MAX_LOOKS):
            unchecked = self._state.count_unchecked()
            if unchecked == 0 or not self.outcome.complete:
                break
            self._progress.begin("Looking again", unchecked)
            self.publish(self._changed())
        self.outcome.unsettled = self._state.count_unchecked() if self.outcome.complete else 0

    def event(self, stated: Stated, order: int, *, again: bool = False) -> LineEvent:
        """The event that says this in this order. Raises a leaf of EventError."""
        self._number += 1
        event = event_of(
            stated, self._options, number=self._number, order=order, now=self._now(), again=again
        )
        self._under_way[event.line] = Sent(stated.product_id, stated.fingerprint, order, stated.deleted)
        self.outcome.deletes += stated.deleted
        return event

    def deletion(self, product_id: str, order: int) -> LineEvent:
        """The event that says that this product is gone. Raises a leaf of EventError."""
        self._number += 1
        event = deletion(product_id, self._options, number=self._number, order=order, now=self._now())
        self._under_way[event.line] = Sent(product_id, _GONE, order, deleted=True)
        self.outcome.deletes += 1
        return event

    def _all(self) -> Iterator[LineEvent]:
        read_before = self._account.read
        for document, stated in self._products.products():
            for _ in range(self._account.read - read_before):
                self._progress.advance()
            read_before = self._account.read
            sent = self._state.get(stated.product_id)
            if sent is not None and sent.fingerprint == stated.fingerprint:
                self.outcome.unchanged += 1
                self._state.check([stated.product_id])
                continue
            try:
                yield self.event(stated, self._order(document, stated, sent))
            except EventError as error:
                self._account.refuse(document.place, f"{type(error).__name__}: {error}", stated.product_id)

    def _changed(self) -> Iterator[LineEvent]:
        last = ""
        while batch := self._state.unchecked(after=last, limit=_BATCH):
            last = batch[-1].product_id
            before_read = self._now()
            found = self._products.again([sent.product_id for sent in batch])
            unchanged = []
            for sent in batch:
                self._progress.advance()
                try:
                    event = self._since(sent, found.get(sent.product_id), before_read)
                except EventError as error:
                    reason = f"{type(error).__name__}: {error}"
                    self._account.refuse(f"product {sent.product_id}", reason, sent.product_id)
                    event = None
                if event is None:
                    unchanged.append(sent.product_id)
                else:
                    self.outcome.again += 1
                    yield event
            self._state.check(unchanged)

    def _since(
        self, sent: Sent, found: tuple[SourceDocument, Stated] | None, before_read: datetime
    ) -> LineEvent | None:
        """The event of what has happened to a product since this was sent, or None where nothing has."""
        if found is None:
            if sent.deleted:
                return None
            if self._options.order_kind is OrderKind.VERSION:
                return self.deletion(sent.product_id, sent.order + 1)
            return self.deletion(sent.product_id, max(just_before(before_read), sent.order))
        document, stated = found
        if stated.fingerprint == sent.fingerprint:
            return None
        return self.event(stated, self._order(document, stated, sent), again=True)

    def _order(self, document: SourceDocument, stated: Stated, sent: Sent | None) -> int:
        """The order of the document, or one above that of the last event where that says otherwise."""
        if sent is None or stated.order > sent.order:
            return stated.order
        if self._options.order_kind is OrderKind.VERSION:
            # Versions are the shop's: one more than it has given could be the next that it gives.
            self.outcome.same_version += not (stated.deleted and stated.order == sent.order)
            return stated.order
        return max(just_before(document.read_at), sent.order + 1)

    def _arrived(self, event: LineEvent) -> None:
        sent = self._under_way.pop(event.line, None)
        # It is called by Kafka's client, in which an error would end more than the sending.
        if sent is not None and self.outcome.broke_off is None:
            try:
                self._state.arrived(sent)
            except StateError as error:
                self._break_off(error)

    def _until_it_breaks(self, events: Iterable[LineEvent]) -> Iterator[LineEvent]:
        """What is under way is waited for, even where the source or the state breaks off."""
        try:
            for event in events:
                if self.outcome.broke_off is not None:
                    return
                yield event
        except (SourceError, StateError) as error:
            self._break_off(error)

    def _break_off(self, error: SourceError | StateError | SendingBrokeOff) -> None:
        self.outcome.broke_off = self.outcome.broke_off or error
