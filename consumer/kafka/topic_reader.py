"""Topics read from their beginning to where they ended when the question was asked, outside of any group."""

import logging
from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from types import TracebackType
from typing import Any, Self

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from consumer.errors import KafkaUnreachable, NoSuchTopic, StartRefused
from consumer.kafka.client_errors import ClientErrors
from consumer.kafka.raw_messages import to_raw
from product_events import RawMessage
from telemetry.interruption import interruption_held

OnProgress = Callable[[int, int], None]
"""Called now and then with how many offsets are behind and how many there are in all."""

StagedProgress = Callable[[str], OnProgress]
"""Begins a stage of a longer work, by its name for people."""

_POLL_SECONDS = 0.2
_PROGRESS_EVERY_MESSAGES = 500


def _ignore_progress(_done: int, _total: int) -> None:
    pass


class TopicReader:
    """Reads and never commits; memory is bounded by the client's queue, however long a topic is.

    config: of any client. group: a name in the operator's range, since some brokers ask for the right to it.
    patience_seconds: how long a broker may stay silent before a call fails with KafkaUnreachable.
    Raises StartRefused for properties that the client does not take.
    """

    def __init__(self, config: Mapping[str, Any], *, group: str, patience_seconds: float = 30.0) -> None:
        self._servers = config.get("bootstrap.servers")
        self._patience_seconds = patience_seconds
        self._errors = ClientErrors()
        self._last_error: KafkaError | None = None
        try:
            self._consumer = Consumer(
                {
                    **config,
                    "group.id": group,
                    "enable.auto.commit": False,
                    "enable.auto.offset.store": False,
                    "enable.partition.eof": True,
                    # What retention has removed since the question was asked is passed over.
                    "auto.offset.reset": "earliest",
                    "queued.max.messages.kbytes": 16_384,
                    "error_cb": self._remember_error,
                    "logger": logging.getLogger("librdkafka"),
                }
            )
        except KafkaException as error:
            raise StartRefused(f"KAFKA_CONFIG: {error.args[0].str()}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the connection."""
        self._consumer.close()

    def has_topic(self, topic: str) -> bool:
        """Whether there is such a topic; asking never makes one. Raises KafkaUnreachable."""
        return topic in self._all_partitions()

    def ends(self, topic: str) -> dict[int, tuple[int, int]]:
        """By partition, the first offset and the one after the last. Raises NoSuchTopic, KafkaUnreachable."""
        partitions = self._all_partitions().get(topic)
        if partitions is None:
            raise NoSuchTopic(f"no such topic: {topic}")
        return {number: self._watermarks(topic, number) for number in partitions}

    def read(
        self,
        topic: str,
        ends: Mapping[int, tuple[int, int]] | None = None,
        on_progress: OnProgress = _ignore_progress,
    ) -> Iterator[RawMessage]:
        """Every message between these ends (default: the present ones), in order within each partition.

        Blocks. Raises NoSuchTopic, KafkaUnreachable.
        """
        bounds = self.ends(topic) if ends is None else ends
        open_ends = {number: high for number, (low, high) in bounds.items() if high > low}
        total = sum(high - low for low, high in bounds.values())
        behind = dict.fromkeys(open_ends, 0)
        self._assign([TopicPartition(topic, number, bounds[number][0]) for number in sorted(open_ends)])
        seen = 0
        while open_ends:
            message = self._next(topic)
            number, offset = message.partition(), message.offset()
            if number is None or offset is None or number not in open_ends:
                continue
            if message.error() is None and offset < open_ends[number]:
                yield to_raw(message)
                seen += 1
                behind[number] = offset + 1 - bounds[number][0]
                if seen % _PROGRESS_EVERY_MESSAGES == 0:
                    on_progress(sum(behind.values()), total)
            # Where the last messages are holes, only the end of the partition, told as an error, is seen.
            if message.error() is not None or offset + 1 >= open_ends[number]:
                del open_ends[number]
                self._consumer.incremental_unassign([TopicPartition(topic, number)])
        on_progress(total, total)

    def first_from(self, topic: str, partition: int, offset: int) -> RawMessage | None:
        """The first message at this offset or after it, or None where there is none yet.

        Blocks. Raises NoSuchTopic, KafkaUnreachable.
        """
        low, high = self.ends(topic).get(partition, (0, 0))
        start = max(offset, low)
        if start >= high:
            return None
        return next(self.read(topic, {partition: (start, high)}), None)

    def read_at(self, topic: str, partition: int, offset: int) -> RawMessage | None:
        """The message that stands there, or None where none does any more. See `first_from`."""
        found = self.first_from(topic, partition, offset)
        return found if found is not None and found.offset == offset else None

    def _assign(self, partitions: list[TopicPartition]) -> None:
        try:
            self._consumer.assign(partitions)
        except KafkaException as error:
            raise self._unreachable(error.args[0].str()) from error

    def _all_partitions(self) -> dict[str, list[int]]:
        try:
            topics = self._consumer.list_topics(timeout=self._patience_seconds).topics
        except KafkaException as error:
            self._consumer.poll(0)
            raise self._errors.failure(self._servers, error.args[0]) from error
        return {name: sorted(found.partitions) for name, found in topics.items() if found.error is None}

    def _watermarks(self, topic: str, partition: int) -> tuple[int, int]:
        try:
            found = self._consumer.get_watermark_offsets(
                TopicPartition(topic, partition), timeout=self._patience_seconds
            )
        except KafkaException as error:
            raise self._unreachable(f"{topic}[{partition}]: {error.args[0].str()}") from error
        if found is None:
            raise self._unreachable(f"{topic}[{partition}]: its ends were not told in time")
        return found

    def _next(self, topic: str) -> Message:
        until = monotonic() + self._patience_seconds
        while monotonic() < until:
            with interruption_held():
                message = self._consumer.poll(min(_POLL_SECONDS, self._patience_seconds))
            if message is None:
                continue
            error = message.error()
            if error is None or error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - the client's own
                return message
            self._remember_error(error)
        reason = "no answer" if self._last_error is None else self._last_error.str()
        raise self._unreachable(f"topic {topic} stopped delivering: {reason}")

    def _remember_error(self, error: KafkaError) -> None:
        self._errors.remember(error)
        self._last_error = error

    def _unreachable(self, reason: str) -> KafkaUnreachable:
        return KafkaUnreachable(f"no Kafka broker answers at {self._servers}: {reason}")
