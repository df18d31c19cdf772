"""SIGTERM and Ctrl-C: the first ends a command in order, the second at once, also during a slow start."""

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread
from types import FrameType

import structlog

_log = structlog.get_logger()
_NUMBERS = (signal.SIGTERM, signal.SIGINT)
_IN_ORDER = 0
_KILLED = 130


class StopSignals:
    """What a signal does: until something was started it ends the process, with 0; then it asks for the end.

    end_process: ends the process with this status, from whatever thread.
    """

    def __init__(self, end_process: Callable[[int], object] = os._exit) -> None:
        self._end_process = end_process
        self._lock = Lock()
        self._asked = False
        self._request_stop: Callable[[], None] | None = None

    def started(self, request_stop: Callable[[], None]) -> None:
        """From now on the first signal calls this, which must return at once; the second ends the process."""
        with self._lock:
            self._request_stop = request_stop

    def arrived(self) -> None:
        """A signal is here."""
        with self._lock:
            if self._asked:
                self._end_process(_KILLED)
            self._asked = True
            if self._request_stop is not None:
                self._request_stop()
                return
            # Whatever was under way can be cut off anywhere: nothing was read yet, and stores bear a kill.
            _log.info("stopped before it began")
            sys.stdout.flush()
            sys.stderr.flush()
            self._end_process(_IN_ORDER)


@contextmanager
def stop_signals() -> Iterator[StopSignals]:
    """Listen for both signals within the block, which must be on the main thread.

    A thread of its own takes them: Python's handlers wait until a call into a library returns, and asking a
    Kafka that is away takes many seconds.
    """
    signals = StopSignals()
    hears, told = socket.socketpair()
    told.setblocking(False)
    former_fd = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    former = {number: signal.signal(number, _leave_to_the_thread) for number in _NUMBERS}
    Thread(target=_pass_on, args=(hears, signals), name="signals", daemon=True).start()
    try:
        yield signals
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(former_fd)
        told.close()


def _leave_to_the_thread(_number: int, _frame: FrameType | None) -> None:
    pass


def _pass_on(hears: socket.socket, signals: StopSignals) -> None:
    with hears:
        while numbers := hears.recv(16):
            for number in numbers:
                if number in _NUMBERS:
                    signals.arrived()
