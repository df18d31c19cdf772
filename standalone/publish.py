"""The sample shop tells Kafka of its products, as a shop's backend would."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from product_events import EventType, encode_event
from standalone.errors import PublishFailed

_SOURCE = "/sample-shop"
_FLUSH_SECONDS = 0.2


def publish(
    config: dict[str, Any],
    topic: str,
    products: Iterable[Mapping[str, Any]],
    *,
    time_ms: int,
    on_delivered: Callable[[], None],
    event_type: EventType = EventType.CREATED,
    deadline_seconds: float = 30.0,
) -> None:
    """Send an event of this type for each product; returns when Kafka has confirmed all of them.

    time_ms: what the events say of when it happened. on_delivered is called on this thread, once an event.
    Raises PublishFailed.
    """
    failures: list[str] = []

    def delivered(error: KafkaError | None, _message: Message) -> None:
        if error is None:
            on_delivered()
        else:
            failures.append(error.str())

    time = datetime.fromtimestamp(time_ms / 1000, UTC)
    producer = Producer(
        {
            "partitioner": "murmur2_random",
            **config,
            "acks": "all",
            "message.timeout.ms": int(deadline_seconds * 1000),
        }
    )
    try:
        for product in products:
            event = encode_event(event_type, product, source=_SOURCE, time=time)
            producer.produce(
                topic,
                key=event.key,
                value=event.value,
                headers=list(event.headers),
                timestamp=time_ms,
                on_delivery=delivered,
            )
            producer.poll(0)
    except (KafkaException, BufferError) as error:
        raise PublishFailed(f"an event cannot be published: {error}") from error
    # In short steps, so that Ctrl-C is heard in between. Each message has a deadline, so this ends.
    while producer.flush(_FLUSH_SECONDS) and not failures:
        pass
    if failures:
        raise PublishFailed(f"Kafka did not take an event: {failures[0]}")
