"""Of what a library says again and again, one line now and then, with the count."""

import logging
import re
from collections.abc import Callable, Collection
from threading import Lock
from time import monotonic

_MOST_REMEMBERED = 256
_NUMBERS = re.compile(r"\d+")


class RepeatedRecords(logging.Filter):
    """Lets a record of these loggers pass if none like it did for a while; thread-safe.

    Alike are records of one level whose texts differ in nothing but numbers. The next that passes tells how
    many did not. clock: seconds, monotonic.
    """

    def __init__(
        self, loggers: Collection[str], *, interval_seconds: float, clock: Callable[[], float] = monotonic
    ) -> None:
        super().__init__()
        self._loggers = frozenset(loggers)
        self._interval_seconds = interval_seconds
        self._clock = clock
        self._lock = Lock()
        self._passed: dict[tuple[str, int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it passes; one that stands for others has their number in its text."""
        if record.name not in self._loggers:
            return True
        text = record.getMessage()
        kind = (record.name, record.levelno, _NUMBERS.sub("0", text))
        now = self._clock()
        with self._lock:
            passed_at, held_back = self._passed.pop(kind, (float("-inf"), 0))
            passes = now - passed_at >= self._interval_seconds
            self._passed[kind] = (now, 0) if passes else (passed_at, held_back + 1)
            if len(self._passed) > _MOST_REMEMBERED:
                del self._passed[next(iter(self._passed))]
        if passes and held_back:
            record.msg, record.args = f"{text} (and {held_back} more like it before)", ()
        return passes
