"""The smallest store with the engines' semantics: guards as `conditions.matches` says, cosine by brute force.

It passes the contract suite, so that tests of what stands on a store can use it in an engine's place. What is
written is copied, and what is read is a copy: nobody shares a payload with it.
"""

from collections.abc import Collection as Ids
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import RLock
from types import MappingProxyType

import numpy as np

from vector_store import (
    Condition,
    Generation,
    GenerationExists,
    GenerationMissing,
    StoreMisused,
)
from vector_store.conditions import matches
from vector_store.grouping import group_by_product
from vector_store.points import Candidate, Operation, Page, Payload, Point, ScoredPoint, UpsertPoints, Vector
from vector_store.validation import check_operations, check_vector


class MemoryCollection:
    """A generation in memory. Thread-safe; an operation is seen whole or not at all, several are not."""

    def __init__(self, generation: Generation, points: Mapping[str, Point] | None = None) -> None:
        self._generation = generation
        self._points: dict[str, Point] = dict(points or {})
        self._guard = RLock()
        self._gone: str | None = None

    @property
    def generation(self) -> Generation:
        return self._generation

    @property
    def points(self) -> Mapping[str, Point]:
        """Every point by id, as it stands; not copies, so only for looking at."""
        return MappingProxyType(self._points)

    def fork(self) -> "MemoryCollection":
        """Another collection with the same content, which then goes its own way; costs no copy of a point."""
        return MemoryCollection(self._generation, self._points)

    def apply(self, operations: Sequence[Operation]) -> None:
        check_operations(operations, self._generation.dimension)
        for operation in operations:
            with self._locked():
                if isinstance(operation, UpsertPoints):
                    for point in operation.points:
                        self._upsert(point, operation.only_over)
                else:
                    removed = [each.id for each in self._matching(operation.where)]
                    for point_id in removed:
                        del self._points[point_id]

    def retrieve(self, ids: Ids[str], *, with_vectors: bool = False) -> dict[str, Point]:
        with self._locked():
            return {each: _read(self._points[each], with_vectors) for each in ids if each in self._points}

    def search(
        self,
        vector: Vector,
        *,
        limit: int,
        hits_per_product: int,
        where: Condition | None = None,
        without: Ids[str] = (),
        with_records: bool = True,
    ) -> list[Candidate]:
        check_vector(vector, self._generation.dimension)
        query = _unit(vector)
        with self._locked():
            hits = [
                ScoredPoint(point.id, float(point.vector @ query), _copied(point.payload))
                for point in self._points.values()
                if point.vector is not None
                and point.id not in without
                and (where is None or matches(where, point.payload, point.id))
            ]
        hits.sort(key=lambda hit: (-hit.score, hit.id))
        groups = group_by_product(hits, limit=limit, hits_per_product=hits_per_product)
        records = self.retrieve(groups.keys()) if with_records else {}
        return [
            Candidate(product, best, records[product].payload if product in records else None)
            for product, best in groups.items()
        ]

    def scroll(
        self,
        where: Condition,
        *,
        limit: int,
        from_id: str | None = None,
        with_vectors: bool = False,
    ) -> Page:
        with self._locked():
            found = sorted(
                (each for each in self._matching(where) if from_id is None or each.id >= from_id),
                key=lambda point: point.id,
            )
            return Page(
                tuple(_read(each, with_vectors) for each in found[:limit]),
                found[limit].id if len(found) > limit else None,
            )

    def count(self, where: Condition) -> int:
        with self._locked():
            return sum(1 for _ in self._matching(where))

    def disk_bytes(self) -> None:
        self.maintain()

    def maintain(self) -> None:
        with self._locked():
            pass

    def lose(self, why: str) -> None:
        """From now on every call raises GenerationMissing."""
        with self._guard:
            self._gone = why

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._guard:
            if self._gone is not None:
                raise GenerationMissing(self._gone)
            yield

    def _upsert(self, point: Point, only_over: Condition) -> None:
        there = self._points.get(point.id)
        if there is None or matches(only_over, there.payload, there.id):
            self._points[point.id] = Point(
                point.id, _copied(point.payload), None if point.vector is None else _unit(point.vector)
            )

    def _matching(self, where: Condition) -> Iterator[Point]:
        return (each for each in self._points.values() if matches(where, each.payload, each.id))


class MemoryStore:
    """Generations in memory. `MemoryStore(earlier)` opens what an earlier, closed one held."""

    def __init__(self, earlier: "MemoryStore | None" = None) -> None:
        self._held: dict[str, MemoryCollection] = {}
        self._hidden: dict[str, MemoryCollection] = {}
        self._promoted: str | None = None
        self._previous: str | None = None
        self._closed = False
        self._guard = RLock()
        if earlier is not None:
            self._held = {name: collection.fork() for name, collection in earlier._held.items()}
            self._promoted = earlier._promoted
            self._previous = earlier._previous

    def generations(self) -> list[Generation]:
        with self._locked():
            found = [collection.generation for collection in self._held.values()]
        return sorted(found, key=lambda generation: (generation.created_at_ms, generation.name))

    def create(self, generation: Generation) -> MemoryCollection:
        with self._locked():
            self.create_hidden(generation)
            self.reveal(generation.name)
            return self._held[generation.name]

    def create_hidden(self, generation: Generation) -> MemoryCollection:
        with self._locked():
            if generation.name in self._held:
                raise GenerationExists(f"generation {generation.name} is there already")
            stored = replace(generation, filterable_attributes=dict(generation.filterable_attributes))
            if (left := self._hidden.pop(generation.name, None)) is not None:
                left.lose(f"generation {generation.name} was begun anew")
            self._hidden[generation.name] = MemoryCollection(stored)
            return self._hidden[generation.name]

    def reveal(self, name: str) -> None:
        with self._locked():
            if name not in self._hidden:
                raise GenerationMissing(f"there is no hidden generation {name}")
            self._held[name] = self._hidden.pop(name)

    def open(self, name: str) -> MemoryCollection:
        with self._locked():
            if name not in self._held:
                raise GenerationMissing(f"there is no generation {name}")
            return self._held[name]

    def drop(self, name: str) -> None:
        with self._locked():
            if name == self._promoted:
                raise StoreMisused(f"generation {name} is promoted; promote another one before dropping it")
            if name == self._previous:
                self._previous = None
            for held in (self._held, self._hidden):
                if (collection := held.pop(name, None)) is not None:
                    collection.lose(f"generation {name} was dropped")

    def promoted(self) -> str | None:
        with self._locked():
            return self._promoted

    def previous(self) -> str | None:
        with self._locked():
            return self._previous

    def promote(self, name: str) -> None:
        with self._locked():
            if name not in self._held:
                raise GenerationMissing(f"there is no generation {name}")
            if name != self._promoted:
                self._previous, self._promoted = self._promoted, name

    def close(self) -> None:
        with self._guard:
            self._closed = True
            for collection in (*self._held.values(), *self._hidden.values()):
                collection.lose("the store is closed")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._guard:
            if self._closed:
                raise StoreMisused("the store is closed")
            yield


def _read(point: Point, with_vectors: bool) -> Point:
    vector = point.vector.copy() if with_vectors and point.vector is not None else None
    return Point(point.id, _copied(point.payload), vector)


def _copied(payload: Payload) -> Payload:
    return {key: _copied_value(value) for key, value in payload.items()}


def _copied_value(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _copied_value(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_copied_value(each) for each in value]
    return value


def _unit(vector: Vector) -> Vector:
    """Of length 1, as engines keep vectors for cosine; a vector of zeros stays as it is."""
    length = float(np.linalg.norm(vector))
    return np.array(vector if length == 0 else vector / length, dtype=np.float32)
