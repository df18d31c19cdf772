"""Products whose pictures are being downloaded anew: until that is written, their stored vectors are old."""

from collections import Counter
from threading import Lock


class Refetches:
    """Counts the jobs that download anew, by product, from their dispatch to their write. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._jobs = Counter[str]()

    def begin(self, product_id: str) -> None:
        """A job is dispatched."""
        with self._lock:
            self._jobs[product_id] += 1

    def end(self, product_id: str) -> None:
        """A job is written."""
        with self._lock:
            self._jobs[product_id] -= 1
            if not self._jobs[product_id]:
                del self._jobs[product_id]

    def under_way(self) -> frozenset[str]:
        """The products of which a job is under way."""
        with self._lock:
            return frozenset(self._jobs)
