"""Reads a source's products, and keeps account of what could not be read."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from producer_examples.python.importing.mapping import NoProduct, Reading, read_document
from producer_examples.python.importing.mapping_rules import MappingRules
from producer_examples.python.importing.product_event import Stated, state
from producer_examples.python.importing.source import BadDocument, Source, SourceDocument
from product_events import OrderKind

_MAX_KEPT: Final = 20
_EXAMPLES_A_FIELD: Final = 3


@dataclass(slots=True)
class Account:
    """What was read, and what could not be.

    bad: documents of which no event can be made, the first 20 with their places. unread: values that an event
    goes without, by field; examples: some of each. without_time: products that their documents do not date.
    """

    read: int = 0
    too_old: int = 0
    without_time: int = 0
    bad_count: int = 0
    bad: list[tuple[str, str]] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    refused_ids: set[str] = field(default_factory=set)

    def refuse(self, place: str, reason: str, product_id: str | None = None) -> None:
        """Count a document that no event can be made of."""
        self.bad_count += 1
        if len(self.bad) < _MAX_KEPT:
            self.bad.append((place, reason))
        if product_id is not None:
            self.refused_ids.add(product_id)

    def note_unread(self, reading: Reading) -> None:
        """Count the values that its event goes without."""
        for value in reading.unread:
            self.unread[value.field] += 1
            examples = self.examples.setdefault(value.field, [])
            if len(examples) < _EXAMPLES_A_FIELD:
                examples.append(f"{reading.product_id}: {value.reason}")


class ReadingPass:
    """A source's products in the order of their kind, each id once.

    since: what was changed before it is passed by; what has no time is not. limit: so many products at most.
    """

    def __init__(
        self,
        source: Source,
        rules: MappingRules,
        kind: OrderKind,
        account: Account,
        *,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> None:
        self._source = source
        self._rules = rules
        self._kind = kind
        self._account = account
        self._since = since
        self._limit = limit

    def products(self) -> Iterator[tuple[SourceDocument, Stated]]:
        """Read the whole source. Raises SourceError."""
        places: dict[str, str] = {}
        for item in self._source.documents():
            if self._limit is not None and len(places) >= self._limit:
                return
            self._account.read += 1
            if isinstance(item, BadDocument):
                self._account.refuse(item.place, item.reason)
                continue
            try:
                stated = self._state(item)
            except NoProduct as error:
                self._account.refuse(item.place, str(error))
                continue
            if self._is_too_old(stated, item):
                self._account.too_old += 1
                continue
            before = places.setdefault(stated.product_id, item.place)
            if before != item.place:
                reason = f"the id {stated.product_id} was read at {before} already"
                self._account.refuse(item.place, reason)
                continue
            self._account.without_time += stated.own_order is None
            if not stated.deleted:
                self._account.note_unread(stated.reading)
            yield item, stated

    def again(self, product_ids: Sequence[str]) -> dict[str, tuple[SourceDocument, Stated]]:
        """Read these once more; those that are gone are left out. Raises SourceError."""
        found: dict[str, tuple[SourceDocument, Stated]] = {}
        for item in self._source.reread(product_ids):
            try:
                stated = self._state(item)
            except NoProduct as error:
                self._account.refuse(item.place, str(error))
                continue
            found.setdefault(stated.product_id, (item, stated))
        return found

    def _state(self, document: SourceDocument) -> Stated:
        return state(read_document(document.content, self._rules), document, self._kind)

    def _is_too_old(self, stated: Stated, document: SourceDocument) -> bool:
        times = [time for time in (stated.reading.changed, document.changed_beside) if time is not None]
        return self._since is not None and stated.reading.changed is not None and max(times) < self._since
