"""What the pipeline counts."""

from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager

from consumer.dead_letters.letter import DeadLetter
from consumer.jobs import Job
from consumer.metric_definitions import (
    DEAD_LETTERS,
    EVENT_TO_SEARCHABLE_SECONDS,
    EVENTS,
    IMAGES,
    STAGE_SECONDS,
)
from consumer.product_state import NextState
from consumer.steps.coalesce import ProductEvents
from telemetry import Metrics
from vector_store import ImageStatus


class PipelineMetrics:
    """Counts events, images and dead letters as they leave the pipeline. Thread-safe."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def stage(self, name: str) -> AbstractContextManager[None]:
        """Measure a stage."""
        return self._metrics.timed(STAGE_SECONDS, stage=name)

    def events_undecodable(self, number: int) -> None:
        """So many messages said nothing usable."""
        self._metrics.count(EVENTS, number, type="undecodable", outcome="dead_letter")

    def events_superseded(self, events: ProductEvents) -> None:
        """The index already held the state of these events or a later one."""
        kind = "delete" if events.latest.change.deleted else "change"
        self._metrics.count(EVENTS, len(events.messages), type=kind, outcome="superseded")

    def written(
        self, jobs: Sequence[Job], states: Sequence[NextState], letters: Sequence[DeadLetter], *, now_ms: int
    ) -> None:
        """These jobs are written and these letters sent."""
        for job, state in zip(jobs, states, strict=True):
            self._count_images(job, state)
            if job.message is not None:
                kind = "change" if state.write.record.live else "delete"
                self._metrics.count(EVENTS, type=kind, outcome="applied")
                if coalesced := len(job.messages) - 1:
                    self._metrics.count(EVENTS, coalesced, type=kind, outcome="coalesced")
                age_seconds = max(0, now_ms - job.message.timestamp_ms) / 1000
                self._metrics.observe(EVENT_TO_SEARCHABLE_SECONDS, age_seconds)
        for reason, number in Counter(letter.error_class for letter in letters).items():
            self._metrics.count(DEAD_LETTERS, number, reason=reason)

    def _count_images(self, job: Job, state: NextState) -> None:
        fetched = {image.key for image in job.to_fetch}
        outcomes: Counter[str] = Counter()
        for image in state.write.record.images:
            if image.key in fetched:
                outcomes["embedded" if image.status is ImageStatus.INDEXED else image.status.value] += 1
            elif job.message is not None:
                outcomes["reused"] += 1
        for outcome, number in outcomes.items():
            self._metrics.count(IMAGES, number, outcome=outcome)
