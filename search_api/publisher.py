"""Events on Kafka. The only place of this room that knows Kafka's client."""

import logging
from collections.abc import Sequence
from threading import Event, Thread
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from product_events import EncodedEvent, EventType
from search_api.writing.event_publisher import Delivery, Outcome
from search_api.writing.write_settings import WriteSettings

_POLL_SECONDS: Final = 0.1
_GRACE_SECONDS: Final = 1.0
_TOO_LARGE: Final = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_MSG_SIZE})


class KafkaPublisher:
    """An `EventPublisher`. A thread of its own takes the delivery reports, from the beginning to `close`.

    deadline_seconds: from handing an event over to its report; without one by then it is unknown.
    """

    def __init__(self, config: dict[str, Any], topics: Sequence[str], *, deadline_seconds: float) -> None:
        self._topics = tuple(topics)
        self._deadline_seconds = deadline_seconds
        self._producer = Producer(
            {
                # As other clients choose it, so that all of a product's events are in one partition.
                "partitioner": "murmur2_random",
                "linger.ms": 5,
                "socket.connection.setup.timeout.ms": 5_000,
                **config,
                "acks": "all",
                "enable.idempotence": True,
                "delivery.timeout.ms": round(deadline_seconds * 1_000),
            },
            logger=logging.getLogger("librdkafka"),
        )
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
        reports = [self._send(kind, message) for kind, message in events]
        return [each.outcome(self._deadline_seconds + _GRACE_SECONDS) for each in reports]

    def close(self) -> None:
        """Take no more reports and let go of the connection; whoever published has waited already."""
        self._producer.flush(_GRACE_SECONDS)
        self._closed.set()
        self._reports.join()
        self._producer.purge()

    def _send(self, kind: EventType, message: EncodedEvent) -> "_Report":
        report = _Report()
        try:
            self._producer.produce(
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
        return report

    def _poll(self) -> None:
        while not self._closed.is_set():
            self._producer.poll(_POLL_SECONDS)


class _Report:
    """One event's delivery report, waited for by the thread that sent it."""

    def __init__(self) -> None:
        self._came = Event()
        self._outcome = Outcome(Delivery.UNKNOWN, "no delivery report came")

    def settle(self, error: KafkaError | None, _message: Message) -> None:
        self.refuse(Outcome(Delivery.DELIVERED) if error is None else _failure(error))

    def refuse(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._came.set()

    def outcome(self, wait_seconds: float) -> Outcome:
        self._came.wait(wait_seconds)
        return self._outcome


def _failure(error: KafkaError) -> Outcome:
    delivery = Delivery.TOO_LARGE if error.code() in _TOO_LARGE else Delivery.UNKNOWN
    return Outcome(delivery, error.str())
