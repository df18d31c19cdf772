"""What a service waits for, in words."""

from threading import Lock


class Readiness:
    """The reasons why a service is not ready, by part. Thread-safe, never blocks.

    A part that starts up is waited for until it says otherwise; a part in trouble says so and takes it back.
    """

    def __init__(self, **waiting: str) -> None:
        self._lock = Lock()
        self._reasons = dict(waiting)

    def wait_for(self, part: str, reason: str) -> bool:
        """Say what a part waits for. Returns whether that is news."""
        with self._lock:
            news = self._reasons.get(part) != reason
            self._reasons[part] = reason
            return news

    def clear(self, part: str) -> bool:
        """Say that a part waits for nothing any more. Returns whether that is news."""
        with self._lock:
            return self._reasons.pop(part, None) is not None

    def reasons(self) -> dict[str, str]:
        """What is waited for now, by part; empty: ready."""
        with self._lock:
            return dict(self._reasons)
