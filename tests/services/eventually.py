"""Waiting for what happens by itself, and watching that something does not."""

import time
from collections.abc import Callable


def eventually(
    condition: Callable[[], bool], timeout_seconds: float = 20, *, pause_seconds: float = 0.05
) -> bool:
    """Whether the condition comes to hold within the time; asks about twenty times a second.

    pause_seconds: longer where asking takes the time that what is waited for needs.
    """
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause_seconds)
    return True


def throughout(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition holds all this time; asks about ten times a second."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not condition():
            return False
        time.sleep(0.1)
    return True
