"""What stands at a level: lag and queues, measured now and then on the polling thread."""

from collections.abc import Callable, Iterable
from time import monotonic

from confluent_kafka import Consumer, TopicPartition

from consumer.metric_definitions import LAG_MESSAGES, LAG_SECONDS, QUEUE_DEPTH
from consumer.offsets import OffsetTracker, Partition
from consumer.pipeline import Pipeline
from product_events import RawMessage
from telemetry import Metrics

_EVERY_SECONDS = 2.0


def lag_of(metrics: Metrics) -> tuple[int, float]:
    """What the gauges say of all partitions together: messages that wait, and the age of the oldest, s."""
    return int(metrics.value(LAG_MESSAGES)), metrics.largest(LAG_SECONDS)


class Gauges:
    """Sets the gauges. now_ms: the time of day, in milliseconds since 1970; clock: seconds, monotonic."""

    def __init__(
        self,
        metrics: Metrics,
        pipeline: Pipeline,
        offsets: OffsetTracker,
        *,
        now_ms: Callable[[], int],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._metrics = metrics
        self._pipeline = pipeline
        self._offsets = offsets
        self._now_ms = now_ms
        self._clock = clock
        self._due_at = clock()
        self._shown: set[Partition] = set()
        self._taken_in_ms: dict[Partition, int] = {}

    def taken_in(self, messages: Iterable[RawMessage]) -> None:
        """These messages were read just now."""
        for message in messages:
            self._taken_in_ms[message.topic, message.partition] = message.timestamp_ms

    def refresh_when_due(self, consumer: Consumer) -> None:
        """Measure, if it is time. Asks nobody: the client knows how far the partitions reach."""
        now = self._clock()
        if now < self._due_at:
            return
        self._due_at = now + _EVERY_SECONDS
        for queue, depth in self._pipeline.queue_depths().items():
            self._metrics.set(QUEUE_DEPTH, depth, queue=queue)
        positions = self._offsets.positions()
        for topic, partition in self._shown - positions.keys():
            self._set_lag(topic, partition, 0, 0.0)
        self._shown = set(positions)
        for (topic, partition), position in positions.items():
            _low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), cached=True)
            waiting = max(0, high - position)
            taken_in_ms = self._taken_in_ms.get((topic, partition))
            seconds = 0.0 if not waiting or taken_in_ms is None else (self._now_ms() - taken_in_ms) / 1000
            self._set_lag(topic, partition, waiting, max(0.0, seconds))

    def _set_lag(self, topic: str, partition: int, messages: int, seconds: float) -> None:
        self._metrics.set(LAG_MESSAGES, messages, topic=topic, partition=str(partition))
        self._metrics.set(LAG_SECONDS, seconds, topic=topic, partition=str(partition))
