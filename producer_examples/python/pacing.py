"""At most so many events a second."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def paced(
    items: Iterable[T],
    per_second: float | None,
    *,
    clock: Callable[[], float],
    wait: Callable[[float], object],
) -> Iterator[T]:
    """Yield the items no faster than that, evenly; without a rate as they come.

    `wait` gets the seconds that are left, and may return early. A pause of the source is followed by no burst
    that makes up for it.
    """
    if per_second is None:
        yield from items
        return
    due = clock()
    for item in items:
        while (left := due - clock()) > 0:
            wait(left)
        yield item
        due = max(due + 1 / per_second, clock())
