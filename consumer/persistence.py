"""Repeating a call for as long as what it needs is away."""

from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import TypeVar

import structlog
from tenacity import (
    RetryCallState,
    RetryError,
    Retrying,
    retry_if_exception,
    sleep_using_event,
    stop_when_event_set,
    wait_random_exponential,
)

from consumer.errors import Next, what_happens_next
from consumer.metric_definitions import RETRIES
from consumer.stoppable_queue import Stopped
from telemetry import Metrics, Readiness

_log = structlog.get_logger()
T = TypeVar("T")
# With the two seconds that the index's client may wait to connect again, it resumes within five.
_LONGEST_WAIT_SECONDS = 2.0
_LOG_EVERY_SECONDS = 30.0


def _means_pause(error: BaseException) -> bool:
    return what_happens_next(error) is Next.PAUSE


class Persistence:
    """Repeats calls whose failure may pass, with growing random waits, for ever; says so in readiness.

    passes: which failures may pass: those that mean PAUSE. Others pass through.
    Raises Stopped once the stop event is set.
    """

    def __init__(
        self,
        stop: Event,
        readiness: Readiness,
        metrics: Metrics,
        *,
        passes: Callable[[BaseException], bool] = _means_pause,
    ) -> None:
        self._stop = stop
        self._readiness = readiness
        self._metrics = metrics
        self._passes = passes

    def call(self, target: str, action: Callable[[], T]) -> T:
        """The action's result; `target` names what it needs, for people."""
        since = monotonic()
        logged_at: float | None = None

        def before_sleep(state: RetryCallState) -> None:
            nonlocal logged_at
            error = state.outcome.exception() if state.outcome else None
            now = monotonic()
            self._metrics.count(RETRIES, target=target)
            self._readiness.wait_for(target, f"{target} does not answer for {now - since:.0f} s: {error}")
            if logged_at is None or now - logged_at >= _LOG_EVERY_SECONDS:
                logged_at = now
                _log.warning("paused", waiting_for=target, seconds=round(now - since), reason=str(error))

        retrying = Retrying(
            retry=retry_if_exception(self._passes),
            wait=wait_random_exponential(multiplier=0.1, max=_LONGEST_WAIT_SECONDS),
            stop=stop_when_event_set(self._stop),
            sleep=sleep_using_event(self._stop),
            before_sleep=before_sleep,
        )
        try:
            result: T = retrying(action)
        except RetryError as error:
            raise Stopped from error
        except Exception:  # raised again
            # Whatever it was that is wrong now, this is no longer waited for.
            self._readiness.clear(target)
            raise
        if logged_at is not None:
            _log.info("resumed", after_waiting_for=target, seconds=round(monotonic() - since))
        self._readiness.clear(target)
        return result
