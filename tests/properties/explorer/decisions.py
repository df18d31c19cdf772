"""What owners of work decide: the project's pure functions, called once for each distinct input."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product as combinations
from typing import TypeAlias

import numpy as np

from consumer.image_retry import RetryPolicy
from consumer.product_state import StateRules, Tried
from consumer.steps.decide import Plan, Superseded
from consumer.steps.decode import DecodedEvent
from images.errors import HttpUnavailable, NotAnImage
from tests.properties.explorer.engine import Engine
from tests.properties.explorer.numbering import Numbering
from tests.properties.explorer.rules import DIMENSION, Rules
from tests.properties.explorer.scope import Scope
from tests.properties.explorer.shop_log import NOON_MS, decoded, sent, url_of
from vector_store import ImageStatus, ProductIndex, ProductWrite
from vector_store.points import Operation, UpsertPoints, Vector

Batch: TypeAlias = tuple[tuple[int, int], ...]
"""For each partition the stretch that is taken, from the first offset up to the second."""

_STATE_RULES = StateRules(RetryPolicy(), filterable_attributes={})
_LETTERS = "abcd"


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One way in which the tries of some images may end."""

    vectors: Mapping[str, Vector]
    errors: Mapping[str, Exception]


class Decisions:
    """Plans and requests, by number. A request is the numbers of its operations, in their order."""

    def __init__(self, scope: Scope, rules: Rules, engine: Engine) -> None:
        self.scope = scope
        self.rules = rules
        self.engine = engine
        self.said = tuple(
            rules.read(decoded(says, number, offset, by_time=scope.by_time))
            for number, partition in enumerate(scope.partitions)
            for offset, says in enumerate(partition)
        )
        self.log = tuple(_log(scope, rules))
        self.batches: tuple[Batch, ...] = tuple(_batches([len(partition) for partition in self.log]))
        self.plans = Numbering[tuple[Plan, ...]](name=repr)
        self.requests = Numbering[tuple[int, ...]]()
        self._decided: dict[tuple[int, int], int] = {}
        self._tried: dict[tuple[int, int], tuple[int, ...]] = {}
        self._tried_with: dict[tuple[int, object], tuple[int, ...]] = {}
        self._retried: dict[int, tuple[int, ...]] = {}
        self._redriven: dict[int, tuple[int, ...]] = {}
        self._repaired: dict[tuple[str, int, int], int] = {}

    def decide(self, batch: int, contents: int) -> int:
        """The plans for a batch, given the records as they are; the number of no plans is 0."""
        record_set = self.engine.record_set(contents)
        decided = self._decided.get((batch, record_set))
        if decided is None:
            self.plans.of(())
            decided = self.plans.of(tuple(self._plans(self.batches[batch], record_set)))
            self._decided[batch, record_set] = decided
        return decided

    def try_images(self, plans: int, contents: int) -> tuple[int, ...]:
        """The requests that plans may lead to: stored vectors are read, then each image is tried."""
        tried = self._tried.get((plans, contents))
        if tried is None:
            index = ProductIndex(self.engine.collection(contents))
            stored = [
                index.vectors({plan.change.product_id: plan.reuse}).get(plan.change.product_id, {})
                for plan in self.plans[plans]
            ]
            # An image has one vector, so which are stored says everything about them.
            key = (plans, tuple(frozenset(vectors) for vectors in stored))
            if key not in self._tried_with:
                self._tried_with[key] = self._requests_of_plans(self.plans[plans], stored)
            tried = self._tried[plans, contents] = self._tried_with[key]
        return tried

    def retry_images(self, contents: int) -> tuple[int, ...]:
        """The requests that a mender may come to, given the records as they are, at whatever time it is."""
        record_set = self.engine.record_set(contents)
        retried = self._retried.get(record_set)
        if retried is None:
            retried = self._retried[record_set] = tuple(dict.fromkeys(self._requests_of_retries(record_set)))
        return retried

    def redrive_images(self, contents: int) -> tuple[int, ...]:
        """The requests that have failed images tried again, given the records as they are."""
        record_set = self.engine.record_set(contents)
        if record_set not in self._redriven:
            records = self.engine.records(record_set).values()
            allowed = (each for each in records if each.stamp.attempt < self.scope.redriven_attempts)
            writes = (self.rules.images_again(record) for record in allowed)
            self._redriven[record_set] = tuple(self._request_of(each) for each in writes if each)
        return self._redriven[record_set]

    def repair(self, product_uuid: str, record_set: int, contents: int) -> int:
        """The request of an audit that saw these records, and points as they are in these contents, or -1."""
        key = (product_uuid, record_set, contents)
        if key not in self._repaired:
            records = {record.id: record for record in self.engine.records(record_set).values()}
            points = self.engine.images_of(product_uuid, contents)
            operations = self.rules.repair(product_uuid, records.get(product_uuid), points)
            self._repaired[key] = self._request_of(operations) if operations else -1
        return self._repaired[key]

    def _request_of(self, operations: Sequence[Operation]) -> int:
        return self.requests.of(tuple(self.engine.operations.of(each) for each in operations))

    def _plans(self, batch: Batch, record_set: int) -> Iterator[Plan]:
        records = self.engine.records(record_set)
        taken = [
            event
            for partition, (start, end) in zip(self.log, batch, strict=True)
            for event in partition[start:end]
            if event is not None
        ]
        groups = (
            self.rules.coalesce(taken)
            if self.scope.coalesced
            else [group for event in taken for group in self.rules.coalesce([event])]
        )
        for group in groups:
            decision = self.rules.decide(group, records.get(group.latest.change.product_id))
            if not isinstance(decision, Superseded):
                yield decision

    def _requests_of_plans(
        self, plans: Sequence[Plan], stored: Sequence[Mapping[str, Vector]]
    ) -> tuple[int, ...]:
        possible: list[list[ProductWrite]] = []
        for given, vectors in zip(plans, stored, strict=True):
            plan = self.rules.without_vectors_missing(given, vectors)
            reused = {key: vectors[key] for key in plan.reuse}
            possible.append(
                [
                    self.rules.state_of_event(
                        plan, Tried({**reused, **outcome.vectors}, outcome.errors), NOON_MS, _STATE_RULES
                    ).write
                    for outcome in self._outcomes([image.url for image in plan.fetch], may_fail_for_now=True)
                ]
            )
        return tuple(dict.fromkeys(self._request(writes) for writes in combinations(*possible)))

    def _requests_of_retries(self, record_set: int) -> Iterator[int]:
        for record in self.engine.records(record_set).values():
            pending = [image.url for image in record.images if image.status is ImageStatus.PENDING]
            may_fail = record.stamp.attempt < self.scope.flaky_attempts
            for due in _some_of(pending):
                for outcome in self._outcomes(due, may_fail_for_now=may_fail):
                    tried = Tried(outcome.vectors, outcome.errors)
                    state = self.rules.state_of_retry(record, tried, NOON_MS, _STATE_RULES)
                    yield self._request([state.write])

    def _request(self, writes: Sequence[ProductWrite]) -> int:
        operations: list[Operation] = []
        for operation in self.rules.operations_for(writes):
            if self.scope.point_by_point and isinstance(operation, UpsertPoints):
                operations += [replace(operation, points=(point,)) for point in operation.points]
            else:
                operations.append(operation)
        return self._request_of(operations)

    def _outcomes(self, urls: Sequence[str], *, may_fail_for_now: bool) -> Iterator[_Outcome]:
        for outcome in combinations(*(self._outcomes_of_one(url, may_fail_for_now) for url in urls)):
            by_url = dict(zip(urls, outcome, strict=True))
            yield _Outcome(
                {url: each for url, each in by_url.items() if not isinstance(each, Exception)},
                {url: each for url, each in by_url.items() if isinstance(each, Exception)},
            )

    def _outcomes_of_one(self, url: str, may_fail_for_now: bool) -> list[Vector | Exception]:
        letter = next(each for each in _LETTERS if url_of(each) == url)
        refused = NotAnImage("not an image", url=url)
        if letter in self.scope.broken:
            return [refused]
        outcomes: list[Vector | Exception] = [_vector_of(letter)]
        if letter in self.scope.fickle:
            outcomes.append(refused)
        if letter in self.scope.flaky and may_fail_for_now:
            outcomes.append(HttpUnavailable("503", url=url, status=503))
        return outcomes


def _log(scope: Scope, rules: Rules) -> Iterator[tuple[DecodedEvent | None, ...]]:
    """By partition what its messages say; None is a dead letter, which says nothing."""
    for number, partition in enumerate(scope.partitions):
        yield tuple(
            None
            if (number, offset) in scope.dead_letters
            else rules.read(decoded(says, number, offset, by_time=scope.by_time))
            for offset, says in enumerate(partition)
        )
    if scope.dead_letters:
        yield tuple(
            rules.read(
                rules.comes_back(
                    sent(scope.partitions[number][offset], number, offset, by_time=scope.by_time),
                    scope.by_time,
                )
            )
            for number, offset in scope.dead_letters
        )


def _vector_of(letter: str) -> Vector:
    """One of length 1, which engines keep to the last bit."""
    vector: Vector = np.zeros(DIMENSION, dtype=np.float32)
    vector[_LETTERS.index(letter)] = 1
    return vector


def _batches(lengths: Sequence[int]) -> Iterator[Batch]:
    stretches = [
        [(0, 0), *((start, end) for start in range(length) for end in range(start + 1, length + 1))]
        for length in lengths
    ]
    return (batch for batch in combinations(*stretches) if any(end for _, end in batch))


def _some_of(urls: Sequence[str]) -> Iterator[list[str]]:
    """Every selection but the empty one."""
    for chosen in combinations((True, False), repeat=len(urls)):
        if any(chosen):
            yield [url for url, is_chosen in zip(urls, chosen, strict=True) if is_chosen]
