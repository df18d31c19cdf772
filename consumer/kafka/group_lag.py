"""How far a group is behind its topics, and how many read for it: asked from outside, without joining it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from types import TracebackType
from typing import Any, Self, TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from consumer.errors import KafkaUnreachable, NoSuchTopic

_POLL_SECONDS = 0.5
_ASK_AGAIN_SECONDS = 0.1
_FOR_GOOD = frozenset(
    {
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.UNSUPPORTED_VERSION,
    }
)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """Where a group stands in one partition.

    committed: the next offset that it will read; None where it has committed nothing.
    low: the first offset that the log still has. high: the one after the last message as it was when the
    question was asked; what transactions leave behind that message is left out.
    unread_since_ms: the timestamp of the first message that is not committed; None where there is none, or
    the broker did not deliver it in time.
    """

    topic: str
    partition: int
    committed: int | None
    low: int
    high: int
    unread_since_ms: int | None = None

    @property
    def position(self) -> int:
        """The first offset that is still to be read."""
        return max(self.low, self.committed or 0)

    @property
    def messages_behind(self) -> int:
        """How many offsets are still to be committed."""
        return max(0, self.high - self.position)


@dataclass(frozen=True, slots=True)
class GroupLag:
    """Where a group stands in all of its topics' partitions.

    members: how many consumers the group has now; None where the brokers do not tell.
    """

    partitions: tuple[PartitionLag, ...]
    members: int | None

    @property
    def messages_behind(self) -> int:
        """How many offsets are still to be committed, of all partitions."""
        return sum(each.messages_behind for each in self.partitions)

    @property
    def caught_up(self) -> bool:
        """Whether everything is committed that was there when the question was asked."""
        return self.messages_behind == 0

    def behind(self, asked: "GroupLag") -> int:
        """How many offsets are still to be committed of those that were there at an earlier asking.

        A group that commits once a second is never caught up with topics that grow all the time; it has
        caught up with where they ended when this is 0.
        """
        ends = {(each.topic, each.partition): each.high for each in asked.partitions}
        return sum(
            max(0, min(each.high, ends.get((each.topic, each.partition), 0)) - each.position)
            for each in self.partitions
        )


def seconds_behind(lag: GroupLag, *, now_ms: int) -> float | None:
    """How old the oldest message is that the group has not committed; None where a broker did not tell."""
    waiting = [each for each in lag.partitions if each.messages_behind]
    since = [each.unread_since_ms for each in waiting if each.unread_since_ms is not None]
    if len(since) < len(waiting):
        return None
    return max(0.0, (now_ms - min(since)) / 1000) if since else 0.0


def read_group_lag(
    config: Mapping[str, Any], group: str, topics: Sequence[str], *, deadline_seconds: float = 15.0
) -> GroupLag:
    """Where the group stands now. Blocks up to the deadline. Raises KafkaUnreachable, NoSuchTopic.

    config: of any client. Who asks again and again keeps a `GroupLagReader`.
    """
    with GroupLagReader(config, group, topics, deadline_seconds=deadline_seconds) as reader:
        return reader.read()


class GroupLagReader:
    """Asks where one group stands, as often as is wanted. It takes no partition from anybody.

    topics: that must be there. topics_if_there: that count where they are.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        group: str,
        topics: Sequence[str],
        *,
        topics_if_there: Sequence[str] = (),
        deadline_seconds: float = 15.0,
    ) -> None:
        self._group = group
        self._topics = tuple(topics)
        self._topics_if_there = tuple(topics_if_there)
        self._deadline_seconds = deadline_seconds
        self._servers = config.get("bootstrap.servers")
        logger = logging.getLogger("librdkafka")
        try:
            # The admin client's call for a group's offsets can crash librdkafka 2.16; a consumer's cannot.
            self._consumer = Consumer(
                {
                    **config,
                    "group.id": group,
                    "enable.auto.commit": False,
                    "enable.auto.offset.store": False,
                    "enable.partition.eof": True,
                    "auto.offset.reset": "earliest",
                    # One message of each partition is looked at.
                    "fetch.message.max.bytes": 65_536,
                    "queued.max.messages.kbytes": 1_024,
                },
                logger=logger,
            )
            self._admin = AdminClient(dict(config), logger=logger)
        except KafkaException as error:
            raise KafkaUnreachable(f"KAFKA_CONFIG: {_text(error)}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the connections."""
        self._consumer.close()

    def read(self) -> GroupLag:
        """Where the group stands now. Blocks up to the deadline. Raises KafkaUnreachable, NoSuchTopic."""
        until = monotonic() + self._deadline_seconds
        try:
            # The ends before the offsets: what arrives meanwhile must not look like lag.
            ends = [
                (topic, partition, *self._ends(topic, partition, until))
                for topic, partition in self._partitions(until)
            ]
            committed = self._committed([(topic, partition) for topic, partition, _, _ in ends], until)
        except KafkaException as error:
            raise self._unreachable(_text(error)) from error
        standing = [
            PartitionLag(topic, partition, committed[topic, partition], low, high)
            for topic, partition, low, high in ends
        ]
        return GroupLag(tuple(self._with_first_unread(standing, until)), self._members(until))

    def _partitions(self, until: float) -> list[tuple[str, int]]:
        known = self._consumer.list_topics(timeout=_left(until)).topics
        there = {name for name, topic in known.items() if topic.error is None}
        if missing := [name for name in self._topics if name not in there]:
            raise NoSuchTopic(f"no such topic: {', '.join(missing)}")
        asked = (*self._topics, *(name for name in self._topics_if_there if name in there))
        return [(name, partition) for name in asked for partition in sorted(known[name].partitions)]

    def _ends(self, topic: str, partition: int, until: float) -> tuple[int, int]:
        found = self._consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=_left(until))
        if found is None:
            raise self._unreachable(f"the ends of {topic}[{partition}] were not told in time")
        return found

    def _committed(
        self, partitions: list[tuple[str, int]], until: float
    ) -> dict[tuple[str, int], int | None]:
        asked = [TopicPartition(topic, partition) for topic, partition in partitions]
        found = _again_and_again(until, lambda: self._ask_committed(asked, until))
        return {(each.topic, each.partition): each.offset if each.offset >= 0 else None for each in found}

    def _ask_committed(self, asked: list[TopicPartition], until: float) -> list[TopicPartition]:
        found = self._consumer.committed(asked, timeout=_left(until))
        for each in found:
            if each.error is not None:
                raise KafkaException(each.error)
        return found

    def _with_first_unread(self, standing: list[PartitionLag], until: float) -> list[PartitionLag]:
        """The same, with the timestamp of what waits first; where only holes wait, nothing does."""
        told = {(each.topic, each.partition): each for each in standing}
        waiting = {key for key, each in told.items() if each.messages_behind}
        if not waiting:
            return standing
        self._consumer.assign([TopicPartition(*key, told[key].position) for key in sorted(waiting)])
        while waiting and (left_seconds := until - monotonic()) > 0:
            message = self._consumer.poll(min(_POLL_SECONDS, left_seconds))
            if message is None:
                continue
            topic, partition, offset = message.topic(), message.partition(), message.offset()
            if topic is None or partition is None or (topic, partition) not in waiting:
                continue
            each, error = told[topic, partition], message.error()
            if error is None and offset is not None and offset < each.high:
                _kind, timestamp_ms = message.timestamp()
                told[topic, partition] = replace(each, unread_since_ms=timestamp_ms)
            elif error is None or error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - the client's own
                told[topic, partition] = replace(each, high=each.position)
            waiting.discard((topic, partition))
            self._consumer.incremental_unassign([TopicPartition(topic, partition)])
        self._consumer.unassign()
        return list(told.values())

    def _members(self, until: float) -> int | None:
        try:
            return _again_and_again(until, lambda: self._describe_members(_left(until)))
        except (KafkaException, TimeoutError):
            return None

    def _describe_members(self, seconds: float) -> int:
        [described] = self._admin.describe_consumer_groups([self._group], request_timeout=seconds).values()
        return len(described.result(timeout=seconds).members)

    def _unreachable(self, reason: str) -> KafkaUnreachable:
        return KafkaUnreachable(f"no Kafka broker at {self._servers} tells where {self._group} is: {reason}")


def _again_and_again(until: float, ask: Callable[[], T]) -> T:
    """Whoever coordinates a group is looked for first, and changes now and then: not every no is the last.

    Raises what the last asking did.
    """
    retrying = Retrying(
        retry=retry_if_exception(_may_pass),
        wait=wait_fixed(_ASK_AGAIN_SECONDS),
        stop=stop_after_delay(_left(until)),
        reraise=True,
    )
    answer: T = retrying(ask)
    return answer


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, KafkaException) and error.args[0].code() not in _FOR_GOOD


def _left(until: float) -> float:
    """Seconds that are left, and enough for an answer that is on its way."""
    return max(0.1, until - monotonic())


def _text(error: KafkaException) -> str:
    return str(error.args[0].str())
