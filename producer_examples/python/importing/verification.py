"""Compares a source with the index, and looks twice: what is under way between the two settles meanwhile."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from producer_examples.python.importing.comparison import Difference, compare
from producer_examples.python.importing.index_listing import Indexed
from producer_examples.python.importing.product_event import Stated
from producer_examples.python.importing.reading_pass import Account, ReadingPass
from producer_examples.python.importing.source import Source, SourceDocument
from product_events import OrderKind

_BATCH: Final = 200

Looked = tuple[SourceDocument, Stated]


class Verification:
    """One comparison.

    list_index: makes a listing of the index; may block for long. settle: waits between both looks.
    """

    def __init__(
        self,
        source: Source,
        products: ReadingPass,
        account: Account,
        list_index: Callable[[], Mapping[str, Indexed]],
        *,
        kind: OrderKind,
        by_content: bool,
        settle: Callable[[], object],
    ) -> None:
        self._source = source
        self._products = products
        self._account = account
        self._list_index = list_index
        self._kind = kind
        self._by_content = by_content
        self._settle = settle
        self.indexed: Mapping[str, Indexed] = {}

    def differences(self) -> list[Difference]:
        """What differs both times. Raises SourceError and ListingError."""
        suspected = self._first_look()
        if not suspected or not self._source.is_live:
            return suspected
        self._settle()
        self.indexed = self._list_index()
        ids = iter([difference.product_id for difference in suspected])
        confirmed = []
        while batch := list(islice(ids, _BATCH)):
            found = self.look_again(batch)
            confirmed += [d for id_ in batch if (d := self.judge(id_, found.get(id_))) is not None]
        return confirmed

    def look_again(self, product_ids: Sequence[str]) -> dict[str, Looked]:
        """Read these products of the source once more, as they are now."""
        return self._products.again(product_ids)

    def judge(self, product_id: str, looked: Looked | None) -> Difference | None:
        """Compare what was read with the last listing."""
        stated = None if looked is None else looked[1]
        indexed = self.indexed.get(product_id)
        return compare(product_id, stated, indexed, self._kind, by_content=self._by_content)

    def _first_look(self) -> list[Difference]:
        self.indexed = self._list_index()
        return list(self._compare_all())

    def _compare_all(self) -> Iterator[Difference]:
        seen = set()
        for looked in self._products.products():
            seen.add(looked[1].product_id)
            if (difference := self.judge(looked[1].product_id, looked)) is not None:
                yield difference
        for product_id in sorted(self.indexed.keys() - seen - self._account.refused_ids):
            if (difference := self.judge(product_id, None)) is not None:
                yield difference
