"""The writing half of the pipeline: finished jobs become states and dead letters, and leave together."""

from collections import Counter
from collections.abc import Callable, Sequence

import structlog

from consumer.dead_letters.letter import DeadLetter, DeadLetterWriter
from consumer.dead_letters.topic import DeadLetterSink
from consumer.jobs import Job, PutAside
from consumer.persistence import Persistence
from consumer.pipeline_metrics import PipelineMetrics
from consumer.product_state import NextState, StateRules
from consumer.steps.write import write
from vector_store import ProductIndex, ProductWrite, StoreError

_log = structlog.get_logger()
_PRODUCTS_NAMED = 5


class BatchWriter:
    """Writes what is finished. now_ms: the time of day, in milliseconds since 1970."""

    def __init__(
        self,
        *,
        index: ProductIndex,
        dead_letters: DeadLetterSink,
        letters: DeadLetterWriter,
        rules: StateRules,
        persistence: Persistence,
        metrics: PipelineMetrics,
        now_ms: Callable[[], int],
    ) -> None:
        self._index = index
        self._dead_letters = dead_letters
        self._letters = letters
        self._rules = rules
        self._persistence = persistence
        self._metrics = metrics
        self._now_ms = now_ms

    def write(self, jobs: Sequence[Job], aside: Sequence[PutAside]) -> None:
        """Send the letters, then write the states; blocks until both are confirmed. Raises Stopped."""
        now_ms = self._now_ms()
        states = [job.next_state(now_ms=now_ms, rules=self._rules) for job in jobs]
        letters = [each.letter for each in aside]
        for job, state in zip(jobs, states, strict=True):
            letters += [
                self._letters.of_image(image, state.write.record, job.error_of(image.key), job.message)
                for image in state.failed
            ]
        messages = {id(state.write): job.message for job, state in zip(jobs, states, strict=True)}

        def letter_of_refused(refused: ProductWrite, error: StoreError) -> DeadLetter:
            return self._letters.of_state(refused.record, error, messages[id(refused)])

        with self._metrics.stage("write"):
            write(
                [state.write for state in states],
                letters,
                index=self._index,
                dead_letters=self._dead_letters,
                persistence=self._persistence,
                letter_of_refused=letter_of_refused,
            )
        self._metrics.written(jobs, states, letters, now_ms=self._now_ms())
        _log_batch(jobs, states, letters)
        if letters:
            _log_letters(letters)


def _log_batch(jobs: Sequence[Job], states: Sequence[NextState], letters: Sequence[DeadLetter]) -> None:
    read: dict[str, list[int]] = {}
    for message in (message for job in jobs for message in job.messages):
        read.setdefault(f"{message.topic}[{message.partition}]", []).append(message.offset)
    statuses = Counter(image.status.value for state in states for image in state.write.record.images)
    _log.info(
        "batch written",
        products=len(jobs),
        first_products=[job.product_id for job in jobs[:_PRODUCTS_NAMED]],
        offsets={name: f"{min(offsets)}..{max(offsets)}" for name, offsets in sorted(read.items())},
        images=dict(statuses),
        dead_letters=len(letters),
    )


def _log_letters(letters: Sequence[DeadLetter]) -> None:
    first = letters[0]
    _log.warning(
        "dead letters",
        number=len(letters),
        first=f"{first.topic}[{first.partition}]@{first.offset}",
        # A traceback's last line says what happened.
        reason=next(reversed(first.reason.strip().splitlines()), ""),
    )
