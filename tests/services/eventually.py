"""Waiting for what happens by itself."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], bool], timeout_seconds: float = 20) -> bool:
    """Whether the condition comes to hold within the time; asks about twenty times a second."""
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
