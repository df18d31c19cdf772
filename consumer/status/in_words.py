"""What the consumer is doing, for a person who asks."""

from consumer.metric_definitions import DEAD_LETTERS, EVENTS, IMAGES, LAG_MESSAGES, LAG_SECONDS
from consumer.offsets import OffsetTracker
from telemetry import Metrics, Readiness, StatusInWords
from telemetry.metric_definitions import MetricDefinition
from vector_store import Generation


class ConsumerStatus:
    """Puts readiness, lag and counts into words. Asks nobody; thread-safe."""

    def __init__(
        self, generation: Generation, readiness: Readiness, metrics: Metrics, offsets: OffsetTracker
    ) -> None:
        self._generation = generation
        self._readiness = readiness
        self._metrics = metrics
        self._offsets = offsets

    def __call__(self) -> StatusInWords:
        """As it is now."""
        return StatusInWords(
            headline=self._headline(),
            facts={
                "generation": self._generation.name,
                "model version": self._generation.model_version,
                "partitions": self._partitions(),
                "being worked on": _number(self._offsets.open_messages(), "message"),
                "events": self._counted(EVENTS, "outcome"),
                "images": self._counted(IMAGES, "outcome"),
                "dead letters": self._counted(DEAD_LETTERS, "reason"),
            },
        )

    def _headline(self) -> str:
        behind = round(self._metrics.value(LAG_MESSAGES))
        reasons = self._readiness.reasons()
        if not reasons:
            if not behind:
                return "Up to date"
            seconds = round(self._metrics.largest(LAG_SECONDS))
            return f"Working: {_number(behind, 'event')} behind, {seconds} s"
        waiting = "; ".join(reasons.values())
        if set(reasons) == {"assignment"}:
            return f"Waiting: {waiting}"
        return f"Paused: {waiting}; {_number(behind, 'event')} behind"

    def _partitions(self) -> str:
        positions = sorted(self._offsets.positions().items())
        return ", ".join(f"{topic}[{number}] at {at}" for (topic, number), at in positions) or "none"

    def _counted(self, metric: MetricDefinition, label: str) -> str:
        counts = self._metrics.by_label(metric, label)
        return ", ".join(f"{round(count)} {name}" for name, count in sorted(counts.items())) or "none yet"


def _number(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
