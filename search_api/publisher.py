"""Events on Kafka. The only place of this room that knows Kafka's client."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Any, Final, Protocol

import structlog
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from product_events import EncodedEvent, EventType
from search_api.writing.event_publisher import Delivery, Outcome
from search_api.writing.write_settings import WriteSettings

_POLL_SECONDS: Final = 0.1
_GRACE_SECONDS: Final = 1.0
_TOO_LARGE: Final = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_MSG_SIZE})
# Of a fatal error the client raises one or the other, wherever it serves its callbacks; which of them, and
# whether the delivery reports beside it are told, depends on what else it had to tell.
_GIVEN_UP: Final = (KafkaException, SystemError)

_log = structlog.get_logger()


class KafkaClient(Protocol):
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

    def purge(self) -> None: ...


Connect = Callable[[dict[str, Any]], KafkaClient]


def _connect(properties: dict[str, Any]) -> KafkaClient:
    return Producer(properties, logger=logging.getLogger("librdkafka"))


class KafkaPublisher:
    """An `EventPublisher`. A thread of its own takes the delivery reports, from the beginning to `close`.

    A client that has met an error it cannot go on from (idempotence that is not to be had any more) is
    replaced with the next event; what it still owed is unknown.

    deadline_seconds: from handing an event over to its report; without one by then it is unknown.
    """

    def __init__(
        self,
        config: dict[str, Any],
        topics: Sequence[str],
        *,
        deadline_seconds: float,
        connect: Connect = _connect,
    ) -> None:
        self._topics = tuple(topics)
        self._deadline_seconds = deadline_seconds
        self._connect = connect
        self._properties = {
            # As other clients choose it, so that all of a product's events are in one partition.
            "partitioner": "murmur2_random",
            "linger.ms": 5,
            "socket.connection.setup.timeout.ms": 5_000,
            **config,
            "acks": "all",
            "enable.idempotence": True,
            "delivery.timeout.ms": round(deadline_seconds * 1_000),
        }
        self._renewing = Lock()
        self._connection = _Connection(connect(self._properties))
        self._closed = Event()
        self._reports = Thread(target=self._poll, name="delivery-reports", daemon=True)
        self._reports.start()

    @classmethod
    def of(cls, settings: WriteSettings) -> "KafkaPublisher":
        """The publisher that the settings describe. Connects in the background."""
        return cls(
            settings.client_properties(),
            settings.kafka_topics,
            deadline_seconds=settings.search_api_publish_seconds,
        )

    def publish(self, events: Sequence[tuple[EventType, EncodedEvent]]) -> list[Outcome]:
        """Publish them; see `EventPublisher.publish`."""
        connection = self._usable()
        reports = [self._send(connection, kind, message) for kind, message in events]
        return [each.outcome(self._deadline_seconds + _GRACE_SECONDS) for each in reports]

    def close(self) -> None:
        """Take no more reports and let go of the connection; whoever published has waited already."""
        client = self._connection.client
        with suppress(*_GIVEN_UP):
            client.flush(_GRACE_SECONDS)
        self._closed.set()
        self._reports.join()
        client.purge()

    def _usable(self) -> "_Connection":
        # Not as soon as one has failed: without the rights each fails at once, and that would never rest.
        with self._renewing:
            if self._connection.failed:
                self._connection = _Connection(self._connect(self._properties))
            return self._connection

    def _send(self, connection: "_Connection", kind: EventType, message: EncodedEvent) -> "_Report":
        report = _Report()
        connection.owes(report)
        try:
            connection.client.produce(
                kind.value if kind.value in self._topics else self._topics[0],
                key=message.key,
                value=message.value,
                headers=list(message.headers),
                on_delivery=report.settle,
            )
        except BufferError:
            report.refuse(Outcome(Delivery.UNKNOWN, "too many events wait for Kafka"))
        except KafkaException as error:
            report.refuse(_failure(error.args[0]))
            if error.args[0].fatal():
                connection.give_up(error)
        return report

    def _poll(self) -> None:
        while not self._closed.is_set():
            connection = self._connection
            try:
                connection.client.poll(_POLL_SECONDS)
            except _GIVEN_UP as error:
                connection.give_up(error)


class _Connection:
    """A client, and what it owes."""

    def __init__(self, client: KafkaClient) -> None:
        self.client = client
        self.failed = False
        self._owed: set[_Report] = set()
        self._lock = Lock()

    def owes(self, report: "_Report") -> None:
        """It will report on this event, unless it fails before."""
        with self._lock:
            self._owed = {each for each in self._owed if not each.came}
            self._owed.add(report)

    def give_up(self, error: BaseException) -> None:
        """It sends nothing more, and those who wait for its reports need not."""
        reason = str(error.__cause__ or error)
        with self._lock:
            first, self.failed = not self.failed, True
            owed, self._owed = self._owed, set()
        if first:
            _log.error("Kafka's client has given up, the next event gets another one", reason=reason)
            self.client.purge()
        for report in owed:
            report.refuse(Outcome(Delivery.UNKNOWN, reason))


class _Report:
    """One event's delivery report, waited for by the thread that sent it."""

    def __init__(self) -> None:
        self._came = Event()
        self._outcome = Outcome(Delivery.UNKNOWN, "no delivery report came")

    @property
    def came(self) -> bool:
        """Whether it is there."""
        return self._came.is_set()

    def settle(self, error: KafkaError | None, _message: Message) -> None:
        self.refuse(Outcome(Delivery.DELIVERED) if error is None else _failure(error))

    def refuse(self, outcome: Outcome) -> None:
        """Settle it so, unless it is settled."""
        if self.came:
            return
        self._outcome = outcome
        self._came.set()

    def outcome(self, wait_seconds: float) -> Outcome:
        self._came.wait(wait_seconds)
        return self._outcome


def _failure(error: KafkaError) -> Outcome:
    delivery = Delivery.TOO_LARGE if error.code() in _TOO_LARGE else Delivery.UNKNOWN
    return Outcome(delivery, error.str())
