"""One change of a product at a time."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock
from time import monotonic

from search_api.errors import TooManyWrites

_LOCKS = 256


class ProductLocks:
    """Holds products, several at once without a deadlock. Thread-safe; two products may share a lock."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._locks = [Lock() for _ in range(_LOCKS)]

    @contextmanager
    def hold(self, product_ids: Iterable[str], *, wait_seconds: float) -> Iterator[None]:
        """Hold them all for the block. Blocks for `wait_seconds` at most. Raises TooManyWrites."""
        until = self._clock() + wait_seconds
        with ExitStack() as held:
            # Always in the same order: whoever holds one never waits for a holder of a lower one.
            for number in sorted({hash(each) % _LOCKS for each in product_ids}):
                lock = self._locks[number]
                if not lock.acquire(timeout=max(0.0, until - self._clock())):
                    raise TooManyWrites("the product is being changed by another call: try again")
                held.callback(lock.release)
            yield
