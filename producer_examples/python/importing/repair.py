"""Publishes what the index lacks, in an order that applies and is below that of every later change."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from producer_examples.python.event_lines import LineEvent
from producer_examples.python.importing.comparison import Difference
from producer_examples.python.importing.import_run import ImportRun
from producer_examples.python.importing.index_listing import Indexed
from producer_examples.python.importing.product_event import Stated, just_before
from producer_examples.python.importing.source import Source
from producer_examples.python.importing.verification import Looked, Verification
from product_events import EventError, OrderKind

_BATCH: Final = 200
_TRIES: Final = 5


@dataclass(slots=True)
class Repair:
    """One repair of the differences that a verification found.

    left: products that no event would put right, and why.
    """

    source: Source
    verification: Verification
    run: ImportRun
    kind: OrderKind
    version_path: str = "version"
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    left: list[tuple[str, str]] = field(default_factory=list)

    def publish(self, differences: Sequence[Difference]) -> None:
        """Read each product once more, publish what still differs, and settle. Raises SourceError."""
        self.run.publish(self._events([difference.product_id for difference in differences]))
        if self.run.outcome.complete:
            self.run.settle()

    def _events(self, product_ids: Sequence[str]) -> Iterator[LineEvent]:
        ids = iter(product_ids)
        while batch := list(islice(ids, _BATCH)):
            before_read = self.now()
            found = self.verification.look_again(batch)
            for product_id in batch:
                try:
                    event = self._event(product_id, found.get(product_id), before_read)
                except EventError as error:
                    self.left.append((product_id, f"{type(error).__name__}: {error}"))
                    continue
                if event is not None:
                    yield event

    def _event(self, product_id: str, looked: Looked | None, before_read: datetime) -> LineEvent | None:
        if self.verification.judge(product_id, looked) is None:
            return None
        indexed = self.verification.indexed.get(product_id)
        if looked is None:
            return self._deletion(product_id, indexed, before_read)
        if self.kind is OrderKind.VERSION:
            return self._with_raised_version(product_id, looked, indexed)
        document, stated = looked
        # What the shop dates later than the index's state applies by itself, and is no later than it was.
        order = max(just_before(document.read_at), stated.own_order or 0)
        if not _applies(order, stated, indexed):
            self._leave(product_id, indexed)
            return None
        return self.run.event(stated, order, again=True)

    def _deletion(self, product_id: str, indexed: Indexed | None, before_read: datetime) -> LineEvent | None:
        if indexed is None:
            return None
        if self.kind is OrderKind.VERSION:
            return self.run.deletion(product_id, indexed.order + 1)
        # A deletion wins over a state of the same order.
        if just_before(before_read) < indexed.order:
            self._leave(product_id, indexed)
            return None
        return self.run.deletion(product_id, just_before(before_read))

    def _with_raised_version(
        self, product_id: str, looked: Looked, indexed: Indexed | None
    ) -> LineEvent | None:
        """Raise the version in the shop's own document where the index has reached it already.

        So the shop's next change is above it. The event says what the document holds with that version.
        """
        current: Looked | None = looked
        for _ in range(_TRIES):
            if current is None:
                return self._deletion(product_id, indexed, self.now())
            stated = current[1]
            if _applies(stated.order, stated, indexed):
                return self.run.event(stated, stated.order, again=True)
            to = max(stated.order, indexed.order if indexed is not None else 0) + 1
            path = stated.reading.found.get("version", self.version_path)
            self.source.raise_version(product_id, path=path, seen=stated.reading.version, to=to)
            current = self.verification.look_again([product_id]).get(product_id)
        self.left.append(
            (
                product_id,
                "its version could not be raised: it changes too often, or is no number in the database",
            )
        )
        return None

    def _leave(self, product_id: str, indexed: Indexed | None) -> None:
        at = datetime.fromtimestamp((indexed.order if indexed is not None else 0) / 1000, UTC)
        why = (
            f"the index's state is dated {at:%Y-%m-%d %H:%M:%S} UTC, and the shop was read before that: "
            "either it has just changed, or a clock was ahead; verify again"
        )
        self.left.append((product_id, why))


def _applies(order: int, stated: Stated, indexed: Indexed | None) -> bool:
    """Whether an event of this order takes effect over what the index has. Ties go to deletions."""
    if indexed is None:
        return True
    return order > indexed.order or (stated.deleted and indexed.live and order == indexed.order)
