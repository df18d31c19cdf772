"""Liveness watches progress: a process that runs and gets nowhere is not alive."""

from collections.abc import Callable, Mapping
from threading import Lock
from time import monotonic


class Liveness:
    """When each part last got on. Thread-safe, never blocks.

    longest_seconds: by part, how long it may go without progress. clock: seconds, monotonic.
    """

    def __init__(self, longest_seconds: Mapping[str, float], clock: Callable[[], float] = monotonic) -> None:
        self._longest_seconds = dict(longest_seconds)
        self._clock = clock
        self._lock = Lock()
        now = clock()
        self._advanced_at = dict.fromkeys(self._longest_seconds, now)

    def advanced(self, part: str) -> None:
        """The part got on, or has nothing to do."""
        now = self._clock()
        with self._lock:
            self._advanced_at[part] = now

    def stalled(self) -> dict[str, float]:
        """Parts that have been without progress for too long, and for how many seconds."""
        now = self._clock()
        with self._lock:
            return {
                part: now - at
                for part, at in self._advanced_at.items()
                if now - at > self._longest_seconds[part]
            }
