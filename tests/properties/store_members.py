"""Who writes an index, a step at a time, so that a test may do anything between two steps.

The steps are the project's own functions over whatever engine the collection belongs to; nothing here waits,
downloads or embeds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from consumer.image_retry import RetryPolicy
from consumer.product_state import StateRules, Tried, state_of_event, state_of_retry
from consumer.steps.coalesce import coalesce
from consumer.steps.decide import Plan, Superseded, decide, without_vectors_missing
from consumer.steps.decode import DecodedEvent
from tests.properties.explorer.shop_log import NOON_MS
from vector_store import Collection, ImageStatus, ProductIndex, ProductRecord, ProductWrite
from vector_store.points import Operation, Vector
from vector_store.write_protocol import operations_for

Host: TypeAlias = Callable[[str], Vector | Exception]
"""What comes of a try of an image, by its URL."""

_RULES = StateRules(RetryPolicy(), filterable_attributes={})


@dataclass(slots=True)
class Batch:
    """Messages of some partitions.

    stretches: by partition its start and its end. events: what they say; None is a dead letter.
    """

    stretches: Mapping[str, tuple[int, int]]
    events: Sequence[DecodedEvent | None]


@dataclass(slots=True)
class Member:
    """One member of the consumer group; its request's operations land one by one.

    committed: by partition the next offset to read, shared by all members.
    """

    collection: Collection
    host: Host
    committed: dict[str, int]
    batch: Batch | None = None
    plans: list[Plan] | None = None
    request: list[Operation] = field(default_factory=list)

    @property
    def index(self) -> ProductIndex:
        return ProductIndex(self.collection)

    def take(self, batch: Batch) -> None:
        """Read the records and decide; what was under way is forgotten."""
        groups = coalesce(event for event in batch.events if event is not None)
        records = self.index.records(group.latest.change.product_id for group in groups)
        decisions = [decide(group, records.get(group.latest.change.product_id)) for group in groups]
        self.batch, self.request = batch, []
        self.plans = [each for each in decisions if not isinstance(each, Superseded)]

    def step(self) -> None:
        """The next of: try the images and send a request; see one operation land; commit."""
        if self.batch is None:
            return
        if self.plans is not None:
            self.request = list(operations_for(self._writes(self.plans)))
            self.plans = None
        elif self.request:
            self.collection.apply([self.request.pop(0)])
        else:
            for partition, (start, end) in self.batch.stretches.items():
                if start <= self.committed[partition]:
                    self.committed[partition] = max(self.committed[partition], end)
            self.batch = None

    def crash(self) -> list[Operation]:
        """Forget everything; gives what it had sent and what has not landed yet."""
        left, self.request = self.request, []
        self.batch = self.plans = None
        return left

    def _writes(self, plans: Iterable[Plan]) -> Iterable[ProductWrite]:
        for given in plans:
            product = given.change.product_id
            stored = self.index.vectors({product: given.reuse}).get(product, {})
            plan = without_vectors_missing(given, stored)
            tried = tries([image.url for image in plan.fetch], self.host)
            tried = Tried({**{key: stored[key] for key in plan.reuse}, **tried.vectors}, tried.errors)
            yield state_of_event(plan, tried, now_ms=NOON_MS, rules=_RULES).write


def retry(record: ProductRecord, host: Host) -> list[Operation]:
    """The request of a mender that tries all pending images of a record."""
    tried = tries([i.url for i in record.images if i.status is ImageStatus.PENDING], host)
    return list(operations_for([state_of_retry(record, tried, now_ms=NOON_MS, rules=_RULES).write]))


def tries(urls: Iterable[str], host: Host) -> Tried:
    """What comes of a try of each image."""
    outcomes = {url: host(url) for url in urls}
    return Tried(
        {url: each for url, each in outcomes.items() if not isinstance(each, Exception)},
        {url: each for url, each in outcomes.items() if isinstance(each, Exception)},
    )
