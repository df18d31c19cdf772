"""The last part of a build: until it has caught up, and its points are what its records say."""

from collections.abc import Callable
from threading import Event
from time import monotonic

import structlog

from consumer.audit.generation_audit import Audit, AuditReport
from consumer.errors import KafkaUnreachable
from consumer.kafka.group_lag import GroupLag, GroupLagReader
from consumer.metric_definitions import IMAGES
from consumer.reindex.progress import BuildProgress, Pace, time_left_seconds
from consumer.reindex.running_service import RunningService
from consumer.reindex.watching import Watcher
from consumer.stoppable_queue import Stopped
from vector_store import AllOf, Collection, Equals, ProductIndex, Range, StoreUnavailable
from vector_store.points import KIND_RECORD

_log = structlog.get_logger()
_ASK_EVERY_SECONDS = 1.0
_AUDITS = 3


class Completion:
    """Waits for the running consumer of a generation, and audits what it writes.

    now_ms: the time of day, in milliseconds since 1970.
    Every method blocks, and raises Stopped once `stop` is set, and what has stopped the consumer.
    """

    def __init__(
        self,
        collection: Collection,
        lag: GroupLagReader,
        runs: RunningService,
        watcher: Watcher,
        stop: Event,
        *,
        now_ms: Callable[[], int],
    ) -> None:
        self._collection = collection
        self._lag = lag
        self._runs = runs
        self._watcher = watcher
        self._stop = stop
        self._now_ms = now_ms

    def wait_until_caught_up(self) -> None:
        """Wait until everything is written that the topics hold now, and no image is due to be embedded."""
        asked: GroupLag | None = None
        events, products = Pace(), Pace()
        while True:
            self._go_on_waiting(0.0 if asked is None else _ASK_EVERY_SECONDS)
            try:
                now = self._lag.read()
                waiting = self._products_waiting()
            except (KafkaUnreachable, StoreUnavailable) as error:
                # The consumer itself waits for as long as they are away.
                _log.warning("it is not told how far the build is", reason=str(error))
                self._go_on_waiting(_ASK_EVERY_SECONDS)
                continue
            asked = asked or now
            total = asked.messages_behind
            progress = BuildProgress(total - now.behind(asked), total, self._images_done(), waiting)
            events.note(monotonic(), progress.events_done)
            products.note(monotonic(), -progress.products_waiting)
            self._watcher.builds(progress, time_left_seconds(events, products, progress))
            if progress.finished:
                return

    def audit(self) -> AuditReport:
        """Compare the generation with itself and repair it; again where something was put right."""
        for _ in range(_AUDITS):
            self._watcher.says("audits it")
            report = self._audit_once()
            if report.sound:
                break
            # What the repair has made pending is to be embedded before the next look.
            self.wait_until_caught_up()
        return report

    def _audit_once(self) -> AuditReport:
        audit = Audit(
            ProductIndex(self._collection).inspection(),
            repairs=True,
            tell=self._watcher.finds,
            clock=monotonic,
            now_ms=self._now_ms,
        )
        for wait_seconds in audit.steps():
            self._go_on_waiting(wait_seconds)
        return audit.report

    def _go_on_waiting(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Stopped
        self._runs.raise_failure()

    def _products_waiting(self) -> int:
        due = Range("retry_at", lte=self._now_ms())
        return self._collection.count(AllOf((Equals("kind", KIND_RECORD), due)))

    def _images_done(self) -> int:
        outcomes = self._runs.service.vitals.metrics.by_label(IMAGES, "outcome")
        return round(outcomes.get("embedded", 0) + outcomes.get("reused", 0))
