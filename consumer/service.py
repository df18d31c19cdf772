"""The consumer as one thing that runs until it is told to stop."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event

import structlog

from consumer.dead_letters.topic import DeadLetterSink
from consumer.offsets import OffsetTracker
from consumer.periodic_work import PeriodicWork
from consumer.pipeline import Pipeline
from consumer.status.in_words import ConsumerStatus
from consumer.steps.intake import Intake
from consumer.vitals import Vitals
from telemetry import StatusInWords
from vector_store import ProductIndex

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ConsumerParts:
    """What `wiring` has put together. The service owns and ends all of it but the index.

    stop_intake ends the reading; stop ends everything.
    close_after: what else to close at the very end.
    """

    index: ProductIndex
    offsets: OffsetTracker
    pipeline: Pipeline
    intake: Intake
    periodic_work: PeriodicWork
    dead_letters: DeadLetterSink
    vitals: Vitals
    stop_intake: Event
    stop: Event
    drain_seconds: float
    close_after: Sequence[Callable[[], None]] = ()


class ConsumerService:
    """Runs the consumer on the calling thread."""

    def __init__(self, parts: ConsumerParts) -> None:
        self._parts = parts
        self._running = False
        self._status = ConsumerStatus(
            parts.index.generation, parts.vitals.readiness, parts.vitals.metrics, parts.offsets
        )

    @property
    def running(self) -> bool:
        """Whether `run` is under way."""
        return self._running

    @property
    def index(self) -> ProductIndex:
        """The generation that is written."""
        return self._parts.index

    @property
    def vitals(self) -> Vitals:
        """What it waits for, whether it gets on, and what it has counted."""
        return self._parts.vitals

    def status(self) -> StatusInWords:
        """What it is doing, in words."""
        return self._status()

    def request_stop(self) -> None:
        """Ask `run` to finish what is under way and return. Safe in a signal handler, and twice."""
        self._parts.stop_intake.set()

    def close(self) -> None:
        """End everything: commit what is finished, leave the group. `run` does this by itself."""
        parts = self._parts
        parts.stop.set()
        parts.pipeline.close()
        parts.periodic_work.join(timeout_seconds=5)
        parts.intake.close()
        parts.dead_letters.close()
        for close in parts.close_after:
            close()

    def run(self) -> None:
        """Read events until asked to stop; then drain, commit and leave the group.

        Blocks. Raises what stopped the consumer, after committing exactly what was finished.
        """
        parts = self._parts
        self._running = True
        generation = parts.index.generation
        _log.info("consuming", generation=generation.name, incarnation=generation.incarnation)
        parts.pipeline.start()
        parts.periodic_work.start()
        try:
            parts.intake.run()
            drained = parts.pipeline.drain(parts.drain_seconds, parts.pipeline.is_idle)
            _log.info("stopping", drained=drained, unfinished_messages=parts.offsets.open_messages())
        finally:
            self.close()
            self._running = False
        _log.info("stopped")
