"""The protocol with one rule broken at a time: what the explorer must catch."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import TypeAlias, cast

from consumer.audit.findings import FindingKind, compare
from consumer.product_state import NextState, StateRules, Tried, state_of_event, state_of_retry
from consumer.steps.coalesce import ProductEvents
from consumer.steps.decide import Plan, Superseded, decide
from consumer.steps.decode import DecodedEvent
from tests.properties.explorer.rules import ENOUGH, QUERY, Rules, Shown, images_again
from tests.properties.explorer.shop_log import published_again
from vector_store import AllOf, AnyOf, Condition, Equals, HasId, ProductRecord, ProductWrite, Range, Stamp
from vector_store.identity import product_uuid
from vector_store.interface import Collection
from vector_store.points import KIND_IMAGE, KIND_RECORD, DeletePoints, Operation, Payload, Point, UpsertPoints
from vector_store.read_check import CheckedProduct, check
from vector_store.stamp import image_point_below, record_below
from vector_store.write_protocol import operations_for

Guard: TypeAlias = Callable[[Payload], Condition]
"""The condition under which a point with this payload replaces what is there."""


def _with_guard(kind: str, guard: Guard) -> Rules:
    """Upserts of this kind of point under another guard."""

    def operations(writes: Iterable[ProductWrite]) -> tuple[Operation, ...]:
        return tuple(
            replace(each, only_over=guard(each.points[0].payload))
            if isinstance(each, UpsertPoints) and _kind(each) == kind
            else each
            for each in operations_for(writes)
        )

    return Rules(operations_for=operations)


def _with_removals(where: Callable[[Stamp], Condition]) -> Rules:
    """Removals of the product's image points under another condition on their stamp."""

    def operations(writes: Iterable[ProductWrite]) -> tuple[Operation, ...]:
        batch = tuple(writes)
        kept = (each for each in operations_for(batch) if isinstance(each, UpsertPoints))
        removals = (
            DeletePoints(
                AllOf(
                    (
                        Equals("product", product_uuid(write.record.product_id)),
                        Equals("kind", KIND_IMAGE),
                        where(write.record.stamp),
                    )
                )
            )
            for write in batch
        )
        return (*kept, *removals)

    return Rules(operations_for=operations)


def _in_order(*kinds: str) -> Rules:
    """The same operations in another order of their kinds; `removal` for those that remove."""

    def operations(writes: Iterable[ProductWrite]) -> tuple[Operation, ...]:
        given = operations_for(writes)
        return tuple(each for kind in kinds for each in given if _kind(each) == kind)

    return Rules(operations_for=operations)


def _kind(operation: Operation) -> str:
    return "removal" if isinstance(operation, DeletePoints) else str(operation.points[0].payload["kind"])


def _always(_: object) -> Condition:
    return AllOf(())


def _equal_or_lower(stamp: Stamp) -> Condition:
    return AnyOf(
        (image_point_below(stamp), AllOf((Equals("revision", stamp.revision), Equals("tie", stamp.tie))))
    )


def _lower_revision(payload: Payload) -> Condition:
    return Range("revision", lt=cast(int, payload["revision"]))


def _lower_revision_or_attempt(payload: Payload) -> Condition:
    """The record's guard without the tie."""
    revision, attempt = cast(int, payload["revision"]), cast(int, payload["attempt"])
    later_attempt = AllOf((Equals("revision", revision), Range("attempt", lt=attempt)))
    return AnyOf((Range("revision", lt=revision), later_attempt))


def _lower_point(payload: Payload) -> Condition:
    """The record's guard without the attempt."""
    return image_point_below(Stamp(cast(int, payload["revision"]), cast(int, payload["tie"])))


def _equal_or_lower_point(payload: Payload) -> Condition:
    """The record's guard that takes any attempt for as good as another."""
    return _equal_or_lower(Stamp(cast(int, payload["revision"]), cast(int, payload["tie"])))


def _decide_without_record(events: ProductEvents, _: ProductRecord | None) -> Superseded | Plan:
    return decide(events, None)


def _new_images_only(plan: Plan, tried: Tried, now_ms: int, rules: StateRules) -> NextState:
    state = state_of_event(plan, tried, now_ms=now_ms, rules=rules)
    new = tuple(point for point in state.write.points if point.image_key not in plan.reuse)
    return replace(state, write=replace(state.write, points=new))


def _same_attempt(record: ProductRecord, tried: Tried, now_ms: int, rules: StateRules) -> NextState:
    state = state_of_retry(record, tried, now_ms=now_ms, rules=rules)
    return replace(state, write=replace(state.write, record=replace(state.write.record, stamp=record.stamp)))


class _DeleteBeforeUpdate(DecodedEvent):
    """A delete that counts as just before the updates of its order."""

    __slots__ = ()

    @classmethod
    def of(cls, event: DecodedEvent) -> DecodedEvent:
        return cls(**{field.name: getattr(event, field.name) for field in fields(event)})

    @property
    def stamp(self) -> Stamp:
        if self.change.deleted:
            return Stamp(2 * self.change.order - 1, 0)
        return Stamp.of_event(order=self.change.order, deleted=False, tie=self.change.tie)


def _with_repair(change: Callable[[Operation], Operation]) -> Rules:
    """An audit whose operations are changed."""
    whole = Rules().repair
    return Rules(
        repair=lambda product_uuid, record, points: tuple(map(change, whole(product_uuid, record, points)))
    )


def _with_images_again(change: Callable[[Operation], Operation]) -> Rules:
    """A redrive of failed images whose operations are changed."""
    return Rules(images_again=lambda record: tuple(map(change, images_again(record))))


def _over_any_record(operation: Operation) -> Operation:
    return replace(operation, only_over=AllOf(())) if isinstance(operation, UpsertPoints) else operation


def _like_a_retry(operation: Operation) -> Operation:
    """The record's replacement under the guard of the write protocol."""
    if not isinstance(operation, UpsertPoints):
        return operation
    return replace(operation, only_over=record_below(_record_in(operation).stamp))


def _in_the_same_attempt(operation: Operation) -> Operation:
    if not isinstance(operation, UpsertPoints):
        return operation
    amended = _record_in(operation)
    as_read = replace(amended, stamp=replace(amended.stamp, attempt=amended.stamp.attempt - 1))
    return replace(operation, points=(as_read.to_point(),))


def _record_in(operation: UpsertPoints) -> ProductRecord:
    return ProductRecord.from_payload(operation.points[0].payload)


def _by_id_alone(operation: Operation) -> Operation:
    """A removal that names its points, and looks at nothing else of them."""
    if isinstance(operation, DeletePoints) and isinstance(operation.where, AllOf):
        [named] = [each for each in operation.where.conditions if isinstance(each, HasId)]
        return DeletePoints(named)
    return operation


def _removes(finding: FindingKind, why: str) -> Rules:
    """An audit that also removes what it should only report, by the points' ids."""

    def repairs(
        product_uuid: str, record: ProductRecord | None, points: Sequence[Point]
    ) -> tuple[Operation, ...]:
        found = compare(product_uuid, record, points, {})
        ids = frozenset(each.point_id for each in found if each.kind is finding and why in each.why)
        return (DeletePoints(HasId(ids)),) if ids else ()

    return Rules(repair=repairs)


def _unchecked(collection: Collection, where: Condition | None) -> Shown:
    """Hits as they come."""
    found = collection.search(QUERY, limit=ENOUGH, hits_per_product=ENOUGH, where=where)
    names = {product_uuid(name): name for name in ("p", "q")}
    return {
        names[each.product]: frozenset(str(hit.payload["image_key"]) for hit in each.hits) for each in found
    }


def _forgetful(collection: Collection) -> list[CheckedProduct]:
    """The last round's answer alone."""
    refused: frozenset[str] = frozenset()
    for _ in range(2):
        checked = check(collection.search(QUERY, limit=ENOUGH, hits_per_product=ENOUGH, without=refused))
        refused |= checked.refused
        if not checked.refused:
            break
    return list(checked.products)


MUTANTS: Mapping[str, Rules] = {
    "points are upserted without a guard": _with_guard(KIND_IMAGE, _always),
    "records are upserted without a guard": _with_guard(KIND_RECORD, _always),
    "removal without a guard": _with_removals(_always),
    "removal of equal points too": _with_removals(_equal_or_lower),
    "a record before its points": _in_order(KIND_RECORD, KIND_IMAGE, "removal"),
    "removal before the record": _in_order(KIND_IMAGE, "removal", KIND_RECORD),
    "no read check": Rules(search=_unchecked),
    "a search's second round forgets the first": Rules(slow_search=_forgetful),
    "leftover steps land out of order": Rules(leftovers_in_order=False),
    "commit before completion": Rules(commits_after_completion=False),
    "only new images get the new revision": Rules(state_of_event=_new_images_only),
    "points' guard ignores the tie": _with_guard(KIND_IMAGE, _lower_revision),
    "records' guard ignores the tie": _with_guard(KIND_RECORD, _lower_revision_or_attempt),
    "records' guard refuses later attempts": _with_guard(KIND_RECORD, _lower_point),
    "records' guard takes any attempt": _with_guard(KIND_RECORD, _equal_or_lower_point),
    "a retry keeps the attempt": Rules(state_of_retry=_same_attempt),
    "a delete loses a tie": Rules(read=_DeleteBeforeUpdate.of),
    "an audit reads points before records": Rules(audits_records_first=False),
    "an audit's repair replaces any record": _with_repair(_over_any_record),
    "an audit's repair keeps the attempt": _with_repair(_in_the_same_attempt),
    "an audit's removal looks at ids only": _with_repair(_by_id_alone),
    "an audit removes points that have no record": _removes(FindingKind.ORPHAN, "no record"),
    "an audit removes unlisted points of its record's state": _removes(FindingKind.ORPHAN, "as pending"),
    "an audit removes points of a later state": _removes(FindingKind.STALE, "a later state"),
    "a redrive of images replaces any record": _with_images_again(_over_any_record),
    "a redrive of images keeps the attempt": _with_images_again(_in_the_same_attempt),
    "a dead letter is published to its own topic again": Rules(
        comes_back=lambda original, by_time: published_again(original, by_time=by_time)
    ),
}

HARMLESS: Mapping[str, Rules] = {
    "no removal": _in_order(KIND_IMAGE, KIND_RECORD),
    "every event is planned, superseded or not": Rules(decide=_decide_without_record),
    "an audit's repair is guarded like a retry": _with_repair(_like_a_retry),
    "removal ignores the tie": _with_removals(lambda stamp: Range("revision", lt=stamp.revision)),
}
