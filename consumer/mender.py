"""Pending images are tried again when they are due."""

from collections.abc import Callable
from time import monotonic

import structlog

from consumer.jobs import job_of_retry
from consumer.persistence import Persistence
from consumer.pipeline import Pipeline
from vector_store import ProductIndex
from vector_store.product_index import RecordPage

_log = structlog.get_logger()
_RECORDS_A_PAGE = 64
_LONGEST_SECONDS = 5.0


class Mender:
    """Finds records by the time of their next try and sends them down the pipeline once more.

    Two menders at once are harmless: the guards let one of them win.
    now_ms: the time of day, in milliseconds since 1970. clock: seconds, monotonic.
    """

    def __init__(
        self,
        index: ProductIndex,
        pipeline: Pipeline,
        persistence: Persistence,
        now_ms: Callable[[], int],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._index = index
        self._pipeline = pipeline
        self._persistence = persistence
        self._now_ms = now_ms
        self._clock = clock

    def run_once(self) -> int:
        """Send what is due; blocks while the pipeline is full. Returns how many products were sent.

        It goes through all that is due, page by page, so that a generation whose records were copied is
        embedded as fast as the pipeline takes it; but for some seconds only, since there is other work.
        """
        now_ms = self._now_ms()
        until = self._clock() + _LONGEST_SECONDS
        sent = 0
        from_id: str | None = None
        while True:
            page = self._due(now_ms, from_id)
            sent += sum(self._pipeline.retry(job_of_retry(record, now_ms)) for record in page.records)
            from_id = page.next_id
            if from_id is None or self._clock() >= until:
                break
        if sent:
            _log.info("pending images tried again", products=sent)
        return sent

    def _due(self, now_ms: int, from_id: str | None) -> RecordPage:
        return self._persistence.call(
            "index", lambda: self._index.due_page(now_ms, limit=_RECORDS_A_PAGE, from_id=from_id)
        )
