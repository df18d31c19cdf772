"""Topics read back as they stand: the log that an index is compared with."""

from collections.abc import Iterable
from typing import cast

from confluent_kafka import Consumer, Message, TopicPartition

from product_events import RawMessage


def read_topics(bootstrap_servers: str, topics: Iterable[str]) -> list[RawMessage]:
    """Every message of every partition, partition by partition, as a reader outside of any group."""
    reader = Consumer({"bootstrap.servers": bootstrap_servers, "group.id": "log-readers", "log_level": 0})
    read: list[RawMessage] = []
    try:
        described = reader.list_topics(timeout=10).topics
        starts: list[TopicPartition] = []
        held = 0
        for topic in topics:
            for partition in described[topic].partitions:
                low, high = reader.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
                starts.append(TopicPartition(topic, partition, low))
                held += high - low
        reader.assign(starts)
        while len(read) < held:
            batch = reader.consume(held - len(read), timeout=10)
            assert batch, f"{len(read)} of {held} messages came"
            read += [_raw(message) for message in batch]
    finally:
        reader.close()
    return sorted(read, key=lambda message: (message.topic, message.partition, message.offset))


def _raw(message: Message) -> RawMessage:
    assert message.error() is None, message.error()
    _kind, timestamp_ms = message.timestamp()
    headers = cast(list[tuple[str, bytes | None]], message.headers() or [])
    return RawMessage(
        topic=cast(str, message.topic()),
        partition=cast(int, message.partition()),
        offset=cast(int, message.offset()),
        timestamp_ms=timestamp_ms,
        key=message.key(),
        value=message.value(),
        headers=tuple(headers),
    )
