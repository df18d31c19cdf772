"""What an event asks for, given what the index already knows. Pure: the explorer runs it as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from consumer.steps.coalesce import ProductEvents
from product_events import ProductChange, ProductImage
from vector_store import EventSource, ImageStatus, ProductRecord, Stamp
from vector_store.points import Vector


@dataclass(frozen=True, slots=True)
class Superseded:
    """The index holds this state or a later one: nothing to do."""

    events: ProductEvents


@dataclass(frozen=True, slots=True)
class Plan:
    """A state to be written.

    reuse: keys of images whose stored vectors serve again.
    fetch: images to be downloaded and embedded.
    anew: keys of those for which no copy kept from an earlier download will do.
    """

    events: ProductEvents
    reuse: tuple[str, ...]
    fetch: tuple[ProductImage, ...]
    anew: frozenset[str] = frozenset()

    @property
    def may_be_known(self) -> tuple[str, ...]:
        """Keys of the images to be downloaded for which a vector from elsewhere will do."""
        return tuple(image.key for image in self.fetch if image.key not in self.anew)

    @property
    def change(self) -> ProductChange:
        """The change that wins."""
        return self.events.latest.change

    @property
    def stamp(self) -> Stamp:
        """The stamp of the state."""
        return self.events.latest.stamp

    @property
    def source(self) -> EventSource:
        """Where the winning event stands in the log."""
        message = self.events.latest.message
        return EventSource(message.topic, message.partition, message.offset)


def decide(events: ProductEvents, record: ProductRecord | None) -> Superseded | Plan:
    """Whether the events bring a later state than the record's, and what that state needs."""
    if record is not None and record.stamp >= events.latest.stamp:
        return Superseded(events)
    product = events.latest.change.product
    if product is None:
        return Plan(events, reuse=(), fetch=())
    known: frozenset[str] = frozenset()
    if record is not None and not events.refetch:
        known = frozenset(record.indexed_keys)
    # A picture that is pending was wanted and not to be had: it may be one that is to be downloaded anew.
    pending = {i.key for i in record.images if i.status is ImageStatus.PENDING} if record is not None else ()
    return Plan(
        events,
        reuse=tuple(image.key for image in product.images if image.key in known),
        fetch=tuple(image for image in product.images if image.key not in known),
        anew=frozenset(image.key for image in product.images if events.refetch or image.key in pending),
    )


def without_vectors_missing(plan: Plan, stored: Mapping[str, Vector]) -> Plan:
    """The plan with those images to be fetched whose vectors turned out not to be stored."""
    missing = {key for key in plan.reuse if key not in stored}
    product = plan.change.product
    if not missing or product is None:
        return plan
    fetched = {image.key for image in plan.fetch} | missing
    return replace(
        plan,
        reuse=tuple(key for key in plan.reuse if key not in missing),
        fetch=tuple(image for image in product.images if image.key in fetched),
    )


def with_vectors_found(plan: Plan, found: Mapping[str, Vector]) -> Plan:
    """The plan without the downloads of images whose vectors were found elsewhere."""
    if not found:
        return plan
    return replace(
        plan,
        reuse=(*plan.reuse, *(image.key for image in plan.fetch if image.key in found)),
        fetch=tuple(image for image in plan.fetch if image.key not in found),
    )
