"""Finished messages become committed offsets."""

from collections.abc import Callable, Collection
from time import monotonic, time_ns

import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from consumer.offsets import OffsetTracker, Partition

_log = structlog.get_logger()
_KEEP_UP_SECONDS = 60.0


def _time_of_day_ms() -> int:
    return time_ns() // 1_000_000


class Committer:
    """Commits what the tracker allows, each offset with the time as its metadata. On the polling thread only.

    The time says until when everything that was published is known to be read: an offset at the end of its
    log is committed again now and then. See `start_positions`.

    clock: seconds, monotonic. now_ms: the time of day, in milliseconds since 1970.
    """

    def __init__(
        self,
        offsets: OffsetTracker,
        *,
        interval_seconds: float,
        clock: Callable[[], float] = monotonic,
        now_ms: Callable[[], int] = _time_of_day_ms,
    ) -> None:
        self._offsets = offsets
        self._interval_seconds = interval_seconds
        self._clock = clock
        self._now_ms = now_ms
        self._last = self._kept_up_at = clock()
        self._consumer: Consumer | None = None
        self._failed = 0
        self._failing_since = 0.0

    def attach(self, consumer: Consumer) -> None:
        """Commit through this client from now on."""
        self._consumer = consumer

    def commit_when_due(self, *, reading: bool = True) -> None:
        """Send what is new once an interval; returns at once, the broker's answer comes with a later poll.

        reading: whether the client reads; while it pauses, nobody knows where a log ends.
        """
        now = self._clock()
        if self._consumer is None or now - self._last < self._interval_seconds:
            return
        self._last = now
        due = self._offsets.committable()
        if reading and now - self._kept_up_at >= _KEEP_UP_SECONDS:
            self._kept_up_at = now
            due |= self._offsets.kept_up()
        if due:
            self._consumer.commit(offsets=self._positions(due), asynchronous=True)

    def commit_now(self, partitions: Collection[Partition] | None = None) -> None:
        """Commit what is finished of these partitions (default: of all); blocks until the broker answers.

        A failure is logged, once an outage: the messages will be delivered again, which changes nothing.
        """
        due = {
            partition: offset
            for partition, offset in self._offsets.committable().items()
            if partitions is None or partition in partitions
        }
        if self._consumer is None or not due:
            return
        try:
            stored = self._consumer.commit(offsets=self._positions(due), asynchronous=False)
        except KafkaException as error:
            self._note_failure(str(error))
            return
        self.on_commit(None, stored or [])

    def commit_start(self, consumer: Consumer, positions: list[TopicPartition]) -> None:
        """Store where reading begins, so that it is known even if nothing is ever read; returns at once."""
        if positions:
            starts = {(each.topic, each.partition): each.offset for each in positions}
            consumer.commit(offsets=self._positions(starts), asynchronous=True)

    def on_commit(self, error: KafkaError | None, partitions: Collection[TopicPartition]) -> None:
        """The broker's answer to a commit."""
        if error is not None:
            self._note_failure(error.str())
            return
        stored = [each for each in partitions if each.error is None]
        for each in stored:
            self._offsets.committed((each.topic, each.partition), each.offset)
        if stored:
            self._note_success()

    def _note_failure(self, reason: str) -> None:
        # Every interval of an outage fails alike; how many did is told when it is over.
        if not self._failed:
            self._failing_since = self._clock()
            _log.warning("offsets not committed", reason=reason)
        self._failed += 1

    def _note_success(self) -> None:
        if self._failed:
            seconds = round(self._clock() - self._failing_since)
            _log.info("offsets are committed again", failed_commits=self._failed, after_seconds=seconds)
        self._failed = 0

    def _positions(self, offsets: dict[Partition, int]) -> list[TopicPartition]:
        at = str(self._now_ms())
        return [
            TopicPartition(topic, partition, offset, at) for (topic, partition), offset in offsets.items()
        ]


def committed_at_ms(position: TopicPartition) -> int | None:
    """The time that a Committer stored with this committed offset, or None where something else stored it."""
    text = position.metadata or ""
    return int(text) if text.isascii() and text.isdecimal() else None
