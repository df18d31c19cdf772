"""Ctrl-C that waits for a call's end."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType


@contextmanager
def interruption_held() -> Iterator[None]:
    """Within the block Ctrl-C does nothing yet; at its end it has the effect it had before.

    For calls into Kafka's client that call back: KeyboardInterrupt raised in one of its callbacks may come
    out of the call as a SystemError. Such a call should last a fraction of a second. On other threads than
    the main one, which no signal reaches, nothing changes.
    """
    if current_thread() is not main_thread():
        yield
        return
    arrived = False

    def hold(_number: int, _frame: FrameType | None) -> None:
        nonlocal arrived
        arrived = True

    former = signal.signal(signal.SIGINT, hold)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if former is None else former)
        if arrived:
            signal.raise_signal(signal.SIGINT)
