"""A bounded queue whose waiting ends when the service does."""

from collections import deque
from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")


class Stopped(Exception):
    """The service is stopping: leave what is at hand unfinished."""


class StoppableQueue(Generic[T]):
    """First in, first out. Every wait ends with Stopped once `stop` was called."""

    def __init__(self, max_items: int) -> None:
        self._max_items = max_items
        self._items: deque[T] = deque()
        self._changed = Condition()
        self._stopped = False

    def put(self, item: T) -> None:
        """Append; blocks while the queue is full."""
        with self._changed:
            while len(self._items) >= self._max_items and not self._stopped:
                self._changed.wait()
            if self._stopped:
                raise Stopped
            self._items.append(item)
            self._changed.notify_all()

    def take(self, most: int = 1) -> list[T]:
        """The first items, at least one and at most this many; blocks while there is none."""
        with self._changed:
            while not self._items and not self._stopped:
                self._changed.wait()
            if self._stopped:
                raise Stopped
            taken = [self._items.popleft() for _ in range(min(most, len(self._items)))]
            self._changed.notify_all()
            return taken

    def stop(self) -> None:
        """End all waiting, now and later."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def __len__(self) -> int:
        with self._changed:
            return len(self._items)
