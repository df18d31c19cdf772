"""Calls of an index that answers late are made again for a while; all of them may be repeated."""

from collections.abc import Callable
from typing import TypeVar

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from vector_store import StoreUnavailable

T = TypeVar("T")
_PATIENCE_SECONDS = 60.0


def patiently(action: Callable[[], T], *, seconds: float = _PATIENCE_SECONDS) -> T:
    """The action's result; what it raised last, where the index stayed away for this long. Blocks."""
    retrying = Retrying(
        retry=retry_if_exception_type(StoreUnavailable),
        wait=wait_random_exponential(multiplier=0.1, max=5),
        stop=stop_after_delay(seconds),
        reraise=True,
    )
    result: T = retrying(action)
    return result
