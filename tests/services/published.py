"""Events on Kafka, as a shop's backend would send them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from confluent_kafka import KafkaError, Message, Producer

from product_events import encode_event

_START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """One message for a topic: a product event, or any bytes at all."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


def product_event(topic: str, kind: str, data: Mapping[str, Any], *, order: int) -> Event:
    """A CloudEvent about a product, `order` seconds after the start of 2026."""
    encoded = encode_event(f"product.{kind}", data, source="/tests", time=_START + timedelta(seconds=order))
    return Event(topic, encoded.key, encoded.value, encoded.headers)


def publish(bootstrap_servers: str, events: Iterable[Event]) -> None:
    """Send in this order and wait until every message is delivered."""
    producer = Producer({"bootstrap.servers": bootstrap_servers, "acks": "all", "log_level": 0})
    failures: list[KafkaError] = []

    def delivered(error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            failures.append(error)

    for event in events:
        producer.produce(
            event.topic, key=event.key, value=event.value, headers=list(event.headers), on_delivery=delivered
        )
        producer.poll(0)
    assert producer.flush(30) == 0
    assert not failures, failures[0]
