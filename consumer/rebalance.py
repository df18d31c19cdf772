"""Partitions come and go: where to start on those that come, and what to finish of those that go."""

from collections.abc import Callable, Sequence

import structlog
from confluent_kafka import Consumer, KafkaException, TopicPartition

from consumer.errors import OffsetGap
from consumer.offsets import OffsetTracker, Partition
from consumer.pipeline import Pipeline
from consumer.steps.commit import Committer

_log = structlog.get_logger()
_NO_OFFSET_BELOW = 0
_BROKER_SECONDS = 10.0


class Rebalance:
    """The callbacks of the consumer group. All of them run on the polling thread, inside a poll."""

    def __init__(
        self,
        *,
        pipeline: Pipeline,
        offsets: OffsetTracker,
        committer: Committer,
        index_is_empty: Callable[[], bool],
        drain_seconds: float,
    ) -> None:
        self._pipeline = pipeline
        self._offsets = offsets
        self._committer = committer
        self._index_is_empty = index_is_empty
        self._drain_seconds = drain_seconds
        self._owned: frozenset[Partition] = frozenset()
        self.failure: Exception | None = None

    @property
    def owned(self) -> frozenset[Partition]:
        """The partitions that this member reads."""
        return self._owned

    def on_assign(self, consumer: Consumer, partitions: Sequence[TopicPartition]) -> None:
        """Commit a start position for each partition that never had one, or find that there is a gap."""
        self._owned |= _keys(partitions)
        _log.info("partitions assigned", partitions=_names(partitions))
        try:
            self._commit_start_positions(consumer, partitions)
        except OffsetGap as gap:
            self.failure = gap
        except KafkaException as error:
            # Without a start position the client reports the missing offset, which ends in a clear error.
            _log.warning("start positions not settled", reason=str(error))

    def on_revoke(self, consumer: Consumer, partitions: Sequence[TopicPartition]) -> None:
        """Finish what is under way for these partitions, up to a deadline, and commit what is finished."""
        leaving = _keys(partitions)
        drained = self._pipeline.drain(self._drain_seconds, lambda: self._offsets.open_messages(leaving) == 0)
        _log.info("partitions revoked", partitions=_names(partitions), drained=drained)
        self._committer.commit_now(leaving)
        self._give_up(leaving)

    def on_lost(self, consumer: Consumer, partitions: Sequence[TopicPartition]) -> None:
        """These partitions belong to another member already: commit nothing."""
        _log.warning("partitions lost", partitions=_names(partitions))
        self._give_up(_keys(partitions))

    def _give_up(self, leaving: frozenset[Partition]) -> None:
        self._offsets.forget(leaving)
        self._owned -= leaving

    def _commit_start_positions(self, consumer: Consumer, partitions: Sequence[TopicPartition]) -> None:
        starts: list[TopicPartition] = []
        for each in consumer.committed(list(partitions), timeout=_BROKER_SECONDS):
            if each.offset >= _NO_OFFSET_BELOW:
                continue
            low, _high = consumer.get_watermark_offsets(
                TopicPartition(each.topic, each.partition), timeout=_BROKER_SECONDS
            )
            if low > 0:
                if not self._index_is_empty():
                    raise OffsetGap(
                        f"{each.topic}[{each.partition}] has no committed offset and begins at {low}: events "
                        "are gone that this index may lack; build a new generation from its records"
                    )
                _log.warning("the log is short", topic=each.topic, partition=each.partition, begins_at=low)
            starts.append(TopicPartition(each.topic, each.partition, low))
        if starts:
            consumer.commit(offsets=starts, asynchronous=False)


def _keys(partitions: Sequence[TopicPartition]) -> frozenset[Partition]:
    return frozenset((each.topic, each.partition) for each in partitions)


def _names(partitions: Sequence[TopicPartition]) -> list[str]:
    return sorted(f"{each.topic}[{each.partition}]" for each in partitions)
