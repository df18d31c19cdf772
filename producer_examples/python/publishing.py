"""Sends events to Kafka and says of each whether it arrived."""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any, Final, Protocol

from confluent_kafka import KafkaError, KafkaException

from producer_examples.python.event_lines import LineEvent

_POLL_SECONDS: Final = 0.1
_MAX_FAILURES_KEPT: Final = 1_000
# How the client tells that it cannot go on: by one or the other, from wherever it serves its callbacks.
_CLIENT_GAVE_UP: Final = (KafkaException, SystemError)


class EventProducer(Protocol):
    """What is used of `confluent_kafka.Producer`."""

    def produce(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        *,
        headers: Any = None,
        on_delivery: Callable[[Any, Any], None] | None = None,
    ) -> None: ...

    def poll(self, timeout: float) -> int: ...

    def flush(self, timeout: float) -> int: ...


@dataclass(frozen=True, slots=True)
class Failure:
    """An event that did not arrive, or of which nobody knows whether it did."""

    line: int
    product_id: str
    reason: str


@dataclass(slots=True)
class Report:
    """What became of the events. `failures` holds the first 1,000 that failed, `failed` counts all.

    gave_up: why the client did so for good, after which nothing was sent; "" where it did not.
    """

    sent: int = 0
    delivered: int = 0
    failed: int = 0
    interrupted: bool = False
    gave_up: str = ""
    failures: list[Failure] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every event arrived."""
        return not self.interrupted and not self.gave_up and self.failed == 0 and self.delivered == self.sent


def topic_of(event_type: str, topics: Sequence[str]) -> str:
    """Return the topic of that name if it is among the topics, else the first."""
    return event_type if event_type in topics else topics[0]


def publish(
    events: Iterable[LineEvent],
    producer: EventProducer,
    topics: Sequence[str],
    *,
    deadline_seconds: float = 60.0,
    on_delivered: Callable[[LineEvent], None] = lambda _: None,
    clock: Callable[[], float] = monotonic,
) -> Report:
    """Send the events in their order and wait for their delivery reports.

    Blocks until each has one, or until nothing has arrived for `deadline_seconds`; what has no report by then
    has failed, and so has what is under way when the client gives up. Ctrl-C stops sending, waits for what is
    under way, and is reported. The producer stays open.
    """
    sending = _Sending(producer, deadline_seconds, on_delivered, clock)
    try:
        for event in events:
            if not sending.send(event, topic_of(event.event_type, topics)):
                break
        sending.wait()
    except KeyboardInterrupt:
        sending.report.interrupted = True
        with contextlib.suppress(KeyboardInterrupt, *_CLIENT_GAVE_UP):
            sending.wait()
    except _CLIENT_GAVE_UP as error:
        sending.report.gave_up = _reason(error)
    sending.give_up()
    return sending.report


class _Sending:
    """The events under way. Their order of arrival is the producer's business (idempotence)."""

    def __init__(
        self,
        producer: EventProducer,
        deadline_seconds: float,
        on_delivered: Callable[[LineEvent], None],
        clock: Callable[[], float],
    ) -> None:
        self.report = Report()
        self._producer = producer
        self._deadline_seconds = deadline_seconds
        self._on_delivered = on_delivered
        self._open: dict[int, LineEvent] = {}
        self._clock = clock
        self._last_progress = clock()

    def send(self, event: LineEvent, topic: str) -> bool:
        """Hand an event over, waiting for room in the producer's queue. False where none came in time."""
        if not self._open:
            self._last_progress = self._clock()
        self.report.sent += 1
        self._open[event.line] = event
        while True:
            try:
                self._producer.produce(
                    topic,
                    event.message.value,
                    event.message.key,
                    headers=list(event.message.headers),
                    on_delivery=partial(self._settle, event),
                )
            except BufferError:
                self._producer.poll(_POLL_SECONDS)
                if self._is_late():
                    return False
            except KafkaException as error:
                self._settle(event, error.args[0], None)
                return True
            else:
                self._producer.poll(0)
                return True

    def wait(self) -> None:
        """Wait for the reports of all that was handed over, as long as there is progress."""
        while self._open and self._producer.flush(_POLL_SECONDS) and not self._is_late():
            pass

    def give_up(self) -> None:
        """Count what has no report as failed: it may or may not arrive."""
        reason = self.report.gave_up or f"no delivery report within {self._deadline_seconds:g} s"
        for event in list(self._open.values()):
            self._fail(event, reason)

    def _settle(self, event: LineEvent, error: Any, _message: Any) -> None:
        if self._open.pop(event.line, None) is None:
            return
        self._last_progress = self._clock()
        if error is None:
            self.report.delivered += 1
            self._on_delivered(event)
        else:
            self._fail(event, error.str() if isinstance(error, KafkaError) else str(error))

    def _fail(self, event: LineEvent, reason: str) -> None:
        self._open.pop(event.line, None)
        self.report.failed += 1
        if len(self.report.failures) < _MAX_FAILURES_KEPT:
            self.report.failures.append(Failure(event.line, event.product_id, reason))

    def _is_late(self) -> bool:
        return self._clock() - self._last_progress > self._deadline_seconds


def _reason(error: BaseException) -> str:
    cause = error.__cause__ or error
    said = cause.args[0] if cause.args else cause
    return " ".join((said.str() if isinstance(said, KafkaError) else str(said)).split())
