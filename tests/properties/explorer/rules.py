"""What the explorer explores: the project's own functions, each of which a mutant may replace."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from consumer.audit.findings import compare, repair
from consumer.product_state import NextState, StateRules, Tried, state_of_event, state_of_retry
from consumer.steps.coalesce import ProductEvents, coalesce
from consumer.steps.decide import Plan, Superseded, decide, without_vectors_missing
from consumer.steps.decode import DecodedEvent
from product_events import RawMessage
from tests.properties.explorer.shop_log import NOON_MS, come_back
from vector_store import Condition, ImageStatus, ProductIndex, ProductRecord, ProductWrite, pending_again
from vector_store.amendments import replace_as_read
from vector_store.interface import Collection
from vector_store.points import Operation, Point, Vector
from vector_store.read_check import CheckedProduct
from vector_store.write_protocol import operations_for

Shown: TypeAlias = Mapping[str, frozenset[str]]
"""What a shopper sees: by product id the keys of the images found; products without one are absent."""

Repair: TypeAlias = Callable[[str, ProductRecord | None, Sequence[Point]], tuple[Operation, ...]]

DIMENSION = 4
QUERY: Vector = np.full(DIMENSION, 0.5, dtype=np.float32)
ENOUGH = 20


def similar(collection: Collection) -> list[CheckedProduct]:
    """A shopper's search, as the search API runs it."""
    return ProductIndex(collection).similar(QUERY, limit=ENOUGH)


def shown_by_similar(collection: Collection, where: Condition | None) -> Shown:
    """What a search under a filter shows."""
    found = ProductIndex(collection).similar(QUERY, limit=ENOUGH, where=where)
    return {each.record.product_id: frozenset(hit.image_key for hit in each.hits) for each in found}


def images_again(record: ProductRecord) -> tuple[Operation, ...]:
    """Failed images are made pending, as whoever redrives them does it; nothing where none has failed."""
    failed = {image.key for image in record.images if image.status is ImageStatus.FAILED}
    if not failed:
        return ()
    return (replace_as_read(pending_again(record, failed, now_ms=NOON_MS, reason="redriven")),)


@dataclass(frozen=True, slots=True)
class Rules:
    """The protocol, rule by rule.

    search: at one instant. slow_search: with anything in between; asks its collection once for each round.
    repair: what an audit writes, given a product's uuid, record and image points.
    images_again: what a redrive of a record's failed images writes.
    comes_back: a dead letter's message out of the redrive topic.
    audits_records_first: an audit reads a product's record before its points.
    commits_after_completion: offsets are committed when the write is completed, not when a batch is taken.
    leftovers_in_order: the steps of one request never land out of order, its owner's crash notwithstanding.
    """

    read: Callable[[DecodedEvent], DecodedEvent] = lambda event: event
    coalesce: Callable[[Iterable[DecodedEvent]], list[ProductEvents]] = coalesce
    decide: Callable[[ProductEvents, ProductRecord | None], Superseded | Plan] = decide
    without_vectors_missing: Callable[[Plan, Mapping[str, Vector]], Plan] = without_vectors_missing
    state_of_event: Callable[[Plan, Tried, int, StateRules], NextState] = lambda plan, tried, now_ms, rules: (
        state_of_event(plan, tried, now_ms=now_ms, rules=rules)
    )
    state_of_retry: Callable[[ProductRecord, Tried, int, StateRules], NextState] = (
        lambda record, tried, now_ms, rules: state_of_retry(record, tried, now_ms=now_ms, rules=rules)
    )
    operations_for: Callable[[Iterable[ProductWrite]], tuple[Operation, ...]] = operations_for
    search: Callable[[Collection, Condition | None], Shown] = shown_by_similar
    slow_search: Callable[[Collection], list[CheckedProduct]] = similar
    repair: Repair = lambda product_uuid, record, points: repair(
        record, compare(product_uuid, record, points, {}), now_ms=NOON_MS
    )
    images_again: Callable[[ProductRecord], tuple[Operation, ...]] = images_again
    comes_back: Callable[[RawMessage, bool], DecodedEvent] = lambda original, by_time: come_back(
        original, by_time=by_time
    )
    audits_records_first: bool = True
    commits_after_completion: bool = True
    leftovers_in_order: bool = True
