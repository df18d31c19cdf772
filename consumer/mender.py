"""Pending images are tried again when they are due."""

from collections.abc import Callable

import structlog

from consumer.jobs import job_of_retry
from consumer.persistence import Persistence
from consumer.pipeline import Pipeline
from vector_store import ProductIndex

_log = structlog.get_logger()
_MOST_RECORDS = 64


class Mender:
    """Finds records by the time of their next try and sends them down the pipeline once more.

    Two menders at once are harmless: the guards let one of them win.
    now_ms: the time of day, in milliseconds since 1970.
    """

    def __init__(
        self,
        index: ProductIndex,
        pipeline: Pipeline,
        persistence: Persistence,
        now_ms: Callable[[], int],
    ) -> None:
        self._index = index
        self._pipeline = pipeline
        self._persistence = persistence
        self._now_ms = now_ms

    def run_once(self) -> int:
        """Send what is due; blocks while the pipeline is full. Returns how many products were sent."""
        now_ms = self._now_ms()
        due = self._persistence.call("index", lambda: self._index.due(now_ms, limit=_MOST_RECORDS))
        sent = sum(self._pipeline.retry(job_of_retry(record, now_ms)) for record in due)
        if sent:
            _log.info("pending images tried again", products=sent)
        return sent
