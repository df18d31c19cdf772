"""What keeps one image host from holding up the others: slots, and a memory of time-outs.

A gate lets so many fetches of its host in at a time. After several time-outs in a row it closes for a while:
fetches are turned away untried. Then one is let in to see; if it times out too, the gate closes again.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cachetools import LRUCache

from images.deadline import Deadline
from images.errors import FetchTimedOut, HostBusy, HostUnreachable

_MAX_HOSTS = 4_096
_FAIR_SHARE = 0.25
_SUSPECT_AFTER_TIMEOUTS = 2


@dataclass(frozen=True, slots=True)
class GateLimits:
    """slots: fetches at a time; timeouts_to_close: in a row; closed_seconds: how long the gate stays so."""

    slots: int = 16
    timeouts_to_close: int = 5
    closed_seconds: float = 60


class HostGate:
    """One host's gate. Thread-safe."""

    def __init__(
        self, host: str, limits: GateLimits, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._host = host
        self._limits = limits
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._inside = 0
        self._timeouts = 0
        self._closed_until: float | None = None
        self._stopped = False

    @contextmanager
    def visit(self, deadline: Deadline) -> Iterator[None]:
        """Hold a slot; what the body raises tells how the host does.

        Waits for a slot half of what the deadline leaves at most, so that who gets one has time to use it.
        Raises HostBusy.
        """
        left_seconds = deadline.remaining_seconds()
        # What came before, redirects say, may have left too little to blame this host for.
        had_time = left_seconds > deadline.total_seconds * _FAIR_SHARE
        self._enter(left_seconds / 2)
        timed_out: bool | None = False
        try:
            yield
        except FetchTimedOut:
            timed_out = True if had_time else None
            raise
        except HostUnreachable:
            timed_out = None
            raise
        finally:
            self._leave(timed_out=timed_out)

    def stop(self) -> None:
        """Turn away whoever waits, and whoever comes."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _enter(self, wait_seconds: float) -> None:
        with self._changed:
            self._check_open()
            if self._inside >= self._slots():
                self._changed.wait_for(self._may_stop_waiting, wait_seconds)
            self._check_open()
            if self._inside >= self._slots():
                raise HostBusy(f"{self._host} is busy with {self._inside} other fetches")
            self._inside += 1

    def _may_stop_waiting(self) -> bool:
        # Nobody queues for a host that has begun to time out: the waiters would fill their pool of threads.
        suspect = self._timeouts >= _SUSPECT_AFTER_TIMEOUTS
        return self._stopped or suspect or self._inside < self._slots()

    def _slots(self) -> int:
        """One alone goes to see whether a host is back."""
        return 1 if self._closed_until is not None else self._limits.slots

    def _check_open(self) -> None:
        if self._stopped:
            raise HostBusy("the fetcher is closing")
        if self._closed_until is None:
            return
        wait_seconds = self._closed_until - self._monotonic()
        if wait_seconds > 0:
            reason = f"{self._host} timed out {self._timeouts} times in a row"
            raise HostBusy(reason, retry_after_seconds=wait_seconds)

    def _leave(self, *, timed_out: bool | None) -> None:
        with self._changed:
            self._inside -= 1
            if timed_out:
                self._timeouts += 1
                if self._timeouts >= self._limits.timeouts_to_close:
                    self._closed_until = self._monotonic() + self._limits.closed_seconds
            elif timed_out is not None:
                self._timeouts = 0
                self._closed_until = None
            self._changed.notify_all()


class HostGates:
    """The gates of all hosts, made as they are needed. Thread-safe."""

    def __init__(self, limits: GateLimits, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._gates: LRUCache[str, HostGate] = LRUCache(_MAX_HOSTS)
        self._stopped = False

    def of(self, host: str) -> HostGate:
        """The gate of a host, named by its origin."""
        with self._lock:
            gate = self._gates.get(host)
            if gate is None:
                gate = self._gates[host] = HostGate(host, self._limits, self._monotonic)
                if self._stopped:
                    gate.stop()
            return gate

    def stop(self) -> None:
        """Stop every gate, and those to come."""
        with self._lock:
            self._stopped = True
            gates = list(self._gates.values())
        for gate in gates:
            gate.stop()
