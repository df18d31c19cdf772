"""A few at a time, a few that wait, and no more: what keeps a busy service from being a slow one for all."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock

from search_api.errors import LineFull, WaitedTooLong


class WaitingLine:
    """Places for work, and a line of bounded length before them; whoever came first goes first. Thread-safe.

    places: how many work at the same time. length: how many may wait; wait_seconds: for how long at most.
    on_length: told whenever the line has changed, by the thread that changed it, in order.
    """

    def __init__(
        self,
        places: int,
        *,
        length: int,
        wait_seconds: float,
        on_length: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._free = places
        self._length = length
        self._wait_seconds = wait_seconds
        self._on_length = on_length
        self._lock = Lock()
        self._line: deque[Event] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold a place for the block. Blocks for `wait_seconds` at most. Raises LineFull, WaitedTooLong."""
        self._wait()
        try:
            yield
        finally:
            self._hand_on()

    def _wait(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            if len(self._line) >= self._length:
                raise LineFull(f"{len(self._line)} are waiting already: try again in a moment")
            called = Event()
            self._line.append(called)
            self._on_length(len(self._line))
        if called.wait(self._wait_seconds):
            return
        with self._lock:
            # The call may have come between the end of the wait and this lock.
            if called.is_set():
                return
            self._line.remove(called)
            self._on_length(len(self._line))
        raise WaitedTooLong(f"no turn came within {self._wait_seconds:g} s: try again in a moment")

    def _hand_on(self) -> None:
        """Give the place to the first in the line, so that nobody who comes later takes it before."""
        with self._lock:
            if not self._line:
                self._free += 1
                return
            self._line.popleft().set()
            self._on_length(len(self._line))
