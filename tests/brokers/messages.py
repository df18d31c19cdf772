from collections.abc import Iterable

from confluent_kafka import Consumer, KafkaError, Message, Producer

from tests.brokers.topics import unique_name


class DeliveryFailed(Exception):
    """A message was not taken; the message is the broker's reason."""


def produce(bootstrap_servers: str, topic: str, values: Iterable[bytes]) -> None:
    """Write `values`, keyed by their numbers; blocks until all are delivered. Raises DeliveryFailed."""
    failures: list[KafkaError] = []
    producer = Producer({"bootstrap.servers": bootstrap_servers, "acks": "all", "log_level": 0})

    def delivered(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            failures.append(error)

    for number, value in enumerate(values):
        producer.produce(topic, key=str(number), value=value, on_delivery=delivered)
    waiting = producer.flush(30)
    if failures or waiting:
        raise DeliveryFailed(f"{waiting} messages still wait; refused: {failures[:3]}")


def consume(bootstrap_servers: str, topic: str, count: int, **config: str) -> list[Message]:
    """Read `count` messages from the beginning as a group of its own; `config`'s dots are underscores."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap_servers,
            "group.id": unique_name("readers"),
            "auto.offset.reset": "earliest",
            **{key.replace("_", "."): value for key, value in config.items()},
        }
    )
    consumer.subscribe([topic])
    read: list[Message] = []
    try:
        while len(read) < count:
            batch = consumer.consume(count - len(read), timeout=30)
            assert batch, f"{len(read)} of {count} messages came"
            assert all(message.error() is None for message in batch)
            read += batch
    finally:
        consumer.close()
    return read
