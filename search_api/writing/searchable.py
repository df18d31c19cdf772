"""Waits until the index has what was published."""

from collections.abc import Callable, Mapping, Sequence
from threading import Event
from time import monotonic
from typing import Final

from search_api.errors import NotReady, TooBusy
from search_api.index.current_index import CurrentIndex
from search_api.photos.waiting_line import WaitingLine
from search_api.writing.product_writer import Written
from vector_store import ProductRecord, StoreError

WAITERS: Final = 16
_LOOK_SECONDS: Final = 0.1


def _pause(seconds: float) -> None:
    Event().wait(seconds)


class SearchableWait:
    """Thread-safe. Holds up at most so many threads; whoever comes beyond is told at once what there is."""

    def __init__(
        self,
        index: CurrentIndex,
        *,
        clock: Callable[[], float] = monotonic,
        pause: Callable[[float], None] = _pause,
    ) -> None:
        self._index = index
        self._clock = clock
        self._pause = pause
        self._line = WaitingLine(WAITERS, length=0, wait_seconds=0)

    def wait(self, written: Sequence[Written], seconds: float) -> Mapping[str, ProductRecord]:
        """The records that have reached their events by the end of the wait, by product id; soonest at once.

        Blocks for about `seconds`, while something is missing. An index that cannot be asked is one that has
        not got there.
        """
        until = self._clock() + seconds
        try:
            with self._line.turn():
                while True:
                    reached = self._reached(written)
                    if len(reached) == len(written) or self._clock() >= until:
                        return reached
                    self._pause(_LOOK_SECONDS)
        except TooBusy:
            return {}

    def _reached(self, written: Sequence[Written]) -> dict[str, ProductRecord]:
        wanted = {each.product_id: each.stamp for each in written}
        try:
            records = self._index.do(lambda index: index.records(wanted))
        except (NotReady, StoreError):
            return {}
        return {each: record for each, record in records.items() if record.stamp >= wanted[each]}
