"""The moment by which a fetch has ended, whatever its host does."""

import time
from collections.abc import Callable

from images.errors import FetchTimedOut


class Deadline:
    """Counts down from its creation; passed through everything that may wait."""

    __slots__ = ("_ends", "_monotonic", "total_seconds")

    def __init__(self, total_seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.total_seconds = total_seconds
        self._monotonic = monotonic
        self._ends = monotonic() + total_seconds

    def remaining_seconds(self) -> float:
        """What is left, more than 0.

        Raises FetchTimedOut when nothing is.
        """
        remaining = self._ends - self._monotonic()
        if remaining <= 0:
            raise FetchTimedOut(f"not fetched within {self.total_seconds:g} s")
        return remaining
