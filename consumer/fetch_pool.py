"""Threads for downloads, shared fairly between image hosts: a slow host holds up only its own images."""

from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic
from typing import Generic, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")


class _Host(Generic[T]):
    def __init__(self) -> None:
        self.waiting: deque[tuple[float, T]] = deque()
        self.active = 0
        self.answered_at = float("-inf")


class FetchPool(Generic[T]):
    """Runs tasks on threads, at most `per_host` of one host at a time, hosts taking turns.

    fetch: does one task, and returns whether its host answered. It must not raise.
    give_up: called instead for a task that waited longer than `patience_seconds` for a host that has not
        answered anybody in all that time; a host that answers is waited for.
    """

    def __init__(
        self,
        *,
        threads: int,
        per_host: int,
        patience_seconds: float,
        fetch: Callable[[T], bool],
        give_up: Callable[[T], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._per_host = per_host
        self._patience_seconds = patience_seconds
        self._fetch = fetch
        self._give_up = give_up
        self._clock = clock
        self._hosts: dict[str, _Host[T]] = {}
        self._changed = Condition()
        self._stopped = False
        self._threads = [Thread(target=self._work, name=f"fetch-{n}", daemon=True) for n in range(threads)]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def submit(self, url: str, task: T) -> None:
        """Queue a task for the URL's host; never blocks."""
        host = _host_of(url)
        with self._changed:
            self._hosts.setdefault(host, _Host()).waiting.append((self._clock(), task))
            self._changed.notify()

    def waiting(self) -> int:
        """How many tasks are queued."""
        with self._changed:
            return sum(len(host.waiting) for host in self._hosts.values())

    def stop(self, timeout_seconds: float) -> None:
        """Drop what is queued and wait for what runs, up to the timeout."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        until = monotonic() + timeout_seconds
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, until - monotonic()))

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            host, task, expired = taken
            answered = False
            try:
                if expired:
                    self._give_up(task)
                else:
                    answered = self._fetch(task)
            finally:
                self._release(host, answered=answered)

    def _take(self) -> tuple[str, T, bool] | None:
        with self._changed:
            while not self._stopped:
                for name, host in self._hosts.items():
                    if host.waiting and host.active < self._per_host:
                        since, task = host.waiting.popleft()
                        host.active += 1
                        # Hosts take turns: the one served goes to the end of the line.
                        self._hosts[name] = self._hosts.pop(name)
                        silent_since = max(since, host.answered_at)
                        return name, task, self._clock() - silent_since > self._patience_seconds
                self._changed.wait()
            return None

    def _release(self, name: str, *, answered: bool) -> None:
        with self._changed:
            host = self._hosts[name]
            host.active -= 1
            if answered:
                host.answered_at = self._clock()
            if not host.active and not host.waiting and not answered:
                del self._hosts[name]
            self._changed.notify()


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
