"""The generation that shoppers see, resolved once for each request."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import TypeVar

from search_api.errors import NoGeneration
from vector_store import Generation, GenerationMissing, ProductIndex, VectorStore

T = TypeVar("T")


class CurrentIndex:
    """What the store's alias names. Thread-safe; blocks as the store does.

    The alias is asked each time; a generation that is already open is not opened again, since that costs a
    server round trips.

    bridge_seconds: how long after the alias has moved the generation that it named before may still answer.
    """

    def __init__(
        self, store: VectorStore, *, bridge_seconds: float = 30.0, clock: Callable[[], float] = monotonic
    ) -> None:
        self._store = store
        self._bridge_seconds = bridge_seconds
        self._clock = clock
        self._lock = Lock()
        self._current: ProductIndex | None = None
        self._before: ProductIndex | None = None
        self._moved_at = 0.0

    def get(self) -> ProductIndex:
        """The generation that the alias names now. Raises NoGeneration, StoreError."""
        name = self._store.promoted()
        if name is None:
            raise NoGeneration(
                "there is no index yet: the consumer makes one when it starts, and fills it from events"
            )
        with self._lock:
            known = next((each for each in (self._current, self._before) if _is(each, name)), None)
        return self._move_to(known or ProductIndex(self._store.open(name)))

    def before(self, current: ProductIndex) -> ProductIndex | None:
        """The generation that the alias named before this one, for a while after it has moved; else None.

        It may have been dropped since.
        """
        name = current.generation.name
        with self._lock:
            if self._clock() - self._moved_at >= self._bridge_seconds:
                return None
            # Another thread's request may have seen the alias earlier, or later.
            return next(
                (each for each in (self._before, self._current) if each and not _is(each, name)), None
            )

    def do(self, work: Callable[[ProductIndex], T]) -> T:
        """Do all of a request's work on one generation; where that is gone meanwhile, once more on the next.

        Raises NoGeneration, StoreError, and what the work raises.
        """
        try:
            return work(self.get())
        except GenerationMissing:
            with self._lock:
                self._current = self._before = None
            return work(self.get())

    def generations(self) -> list[Generation]:
        """All of them, in the order in which they may be needed. Blocks; raises StoreError.

        First the promoted one, then where a rollback goes, then from the newest on: it may be promoted next.
        """
        promoted, previous = self._store.promoted(), self._store.previous()
        newest_first = reversed(self._store.generations())
        return sorted(newest_first, key=lambda each: (each.name != promoted, each.name != previous))

    def _move_to(self, index: ProductIndex) -> ProductIndex:
        with self._lock:
            if _is(self._current, index.generation.name) and self._current is not None:
                return self._current
            self._before, self._current, self._moved_at = self._current, index, self._clock()
            return index


def _is(index: ProductIndex | None, name: str) -> bool:
    return index is not None and index.generation.name == name
