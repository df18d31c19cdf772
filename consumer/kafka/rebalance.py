"""Partitions come and go: where to start on those that come, and what to finish of those that go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Event

import structlog
from confluent_kafka import Consumer, KafkaException, TopicPartition
from tenacity import (
    RetryCallState,
    RetryError,
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
    stop_when_event_set,
    wait_random_exponential,
)

from consumer.errors import OffsetGap
from consumer.kafka.start_positions import PartitionLog, StartRules, start_position
from consumer.offsets import OffsetTracker, Partition
from consumer.pipeline import Pipeline
from consumer.steps.commit import Committer, committed_at_ms
from vector_store import StoreUnavailable

_log = structlog.get_logger()
_BROKER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a partition is read from. is_first: whether the group has no offset there yet."""

    position: TopicPartition
    is_first: bool


class Rebalance:
    """The callbacks of the consumer group. All of them run on the polling thread, inside a poll.

    cooperative: whether the group's protocol adds partitions to those that a member keeps.
    """

    def __init__(
        self,
        *,
        pipeline: Pipeline,
        offsets: OffsetTracker,
        committer: Committer,
        start_rules: StartRules,
        drain_seconds: float,
        cooperative: bool,
        stop: Event,
    ) -> None:
        self._pipeline = pipeline
        self._offsets = offsets
        self._committer = committer
        self._start_rules = start_rules
        self._drain_seconds = drain_seconds
        self._cooperative = cooperative
        self._stop = stop
        self._owned: frozenset[Partition] = frozenset()
        self.failure: Exception | None = None

    @property
    def owned(self) -> frozenset[Partition]:
        """The partitions that this member reads."""
        return self._owned

    def on_assign(self, consumer: Consumer, partitions: Sequence[TopicPartition]) -> None:
        """Begin where the group stands, and where it never stood at the beginning, unless there is a gap.

        Blocks until Kafka and the index answer, or the consumer is stopped.
        """
        _log.info("partitions assigned", partitions=_names(partitions))
        try:
            starts = self._ask(lambda: self._starts(consumer, partitions))
        except OffsetGap as gap:
            self.failure = gap
            return
        except RetryError:
            return
        # From here on the group is at work: a partition that is new to it later has missed nothing.
        self._start_rules = replace(self._start_rules, last_written_ms=self._start_rules.now_ms)
        # Not before: the owner of the first partition writes the status, and would cover up an absence.
        self._owned |= _keys(partitions)
        positions = [start.position for start in starts]
        (consumer.incremental_assign if self._cooperative else consumer.assign)(positions)
        self._committer.commit_start(consumer, [start.position for start in starts if start.is_first])

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

    def _ask(self, question: Callable[[], list[_Start]]) -> list[_Start]:
        retrying = Retrying(
            retry=retry_if_exception_type((KafkaException, StoreUnavailable)),
            wait=wait_random_exponential(multiplier=0.1, max=3),
            stop=stop_when_event_set(self._stop),
            sleep=sleep_using_event(self._stop),
            before_sleep=_log_retry,
        )
        starts: list[_Start] = retrying(question)
        return starts

    def _starts(self, consumer: Consumer, partitions: Sequence[TopicPartition]) -> list[_Start]:
        starts: list[_Start] = []
        for each in consumer.committed(list(partitions), timeout=_BROKER_SECONDS):
            low, high = consumer.get_watermark_offsets(
                TopicPartition(each.topic, each.partition), timeout=_BROKER_SECONDS
            )
            committed = each.offset if each.offset >= 0 else None
            log = PartitionLog(
                each.topic,
                each.partition,
                committed=committed,
                committed_at_ms=committed_at_ms(each),
                low=low,
                high=high,
            )
            offset = start_position(log, self._start_rules)
            starts.append(_Start(TopicPartition(each.topic, each.partition, offset), committed is None))
        return starts


def _log_retry(state: RetryCallState) -> None:
    if state.outcome is not None:
        _log.warning("start positions are asked for again", reason=str(state.outcome.exception()))


def _keys(partitions: Sequence[TopicPartition]) -> frozenset[Partition]:
    return frozenset((each.topic, each.partition) for each in partitions)


def _names(partitions: Sequence[TopicPartition]) -> list[str]:
    return sorted(f"{each.topic}[{each.partition}]" for each in partitions)
