"""What was just published for each product, and is perhaps not in the index yet."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from typing import Final

from search_api.errors import IndexBehind
from search_api.writing.product_state import ProductState
from vector_store import ProductRecord

_ENTRY_BYTES: Final = 1_000
_LOOKED_AT: Final = 200

Records = Callable[[Iterable[str]], Mapping[str, ProductRecord]]


@dataclass(frozen=True, slots=True)
class Published:
    """state: as the last confirmed event says; None before the first.

    floor: the highest order that was tried. A try that was never confirmed may be in the log all the same.
    event_bytes: how large the state's event was.
    """

    state: ProductState | None
    floor: int
    event_bytes: int


class LastPublished:
    """Kept until the index has it, and longer where there is room. Thread-safe; bounded in memory.

    Nothing is forgotten before the index has it: then the next change of that product would lose it.
    """

    def __init__(self, max_bytes: int = 64_000_000) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = Lock()
        self._entries: OrderedDict[str, Published] = OrderedDict()

    def get(self, product_id: str) -> Published | None:
        """What is known of it. To be asked before the index is, which is then not older than what left."""
        with self._lock:
            return self._entries.get(product_id)

    def make_room(self, needed_bytes: int, records: Records) -> None:
        """Forget what the index has, as far as needed. Blocks for a look-up; raises IndexBehind."""
        with self._lock:
            if self._bytes + needed_bytes <= self._max_bytes:
                return
            # The longest unchanged first: they are the most likely to be there.
            oldest = dict(islice(self._entries.items(), _LOOKED_AT))
        read = records(oldest)
        with self._lock:
            for product_id, entry in oldest.items():
                record = read.get(product_id)
                if record is not None and _has(record, entry) and self._entries.get(product_id) is entry:
                    self._drop(product_id)
            if self._bytes + needed_bytes > self._max_bytes:
                raise IndexBehind("too much is published that the index has not read yet: try again later")

    def put(self, product_id: str, published: Published) -> None:
        """Remember what was published, or tried."""
        with self._lock:
            self._drop(product_id)
            self._entries[product_id] = published
            self._bytes += _size_bytes(product_id, published)

    def _drop(self, product_id: str) -> None:
        entry = self._entries.pop(product_id, None)
        if entry is not None:
            self._bytes -= _size_bytes(product_id, entry)


def _has(record: ProductRecord, entry: Published) -> bool:
    """Whether the record says all that the entry does."""
    stated = entry.state is None or record.stamp >= entry.state.stamp
    return stated and record.stamp.revision // 2 >= entry.floor


def _size_bytes(product_id: str, entry: Published) -> int:
    return entry.event_bytes + len(product_id) + _ENTRY_BYTES
