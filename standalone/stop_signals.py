"""Ctrl-C and SIGTERM: the first ends the demo in order, the second at once."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

KILLED = 130


@contextmanager
def stop_signals(end_at_once: Callable[[int], object] = os._exit) -> Iterator[None]:
    """Within the block, the first signal raises KeyboardInterrupt; the next one calls `end_at_once`."""
    asked = False

    def handle(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            end_at_once(KILLED)
        asked = True
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM)
    former = [signal.signal(number, handle) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, former, strict=True):
            signal.signal(number, handler)
