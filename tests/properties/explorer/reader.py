"""A shopper's search that takes time: its hits, later the records, and a second round where it asks for one.

Anything may happen to the index in between. The search itself is the project's own, on a scripted collection.
"""

from collections.abc import Collection as Ids
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from tests.contract.memory_store import MemoryCollection
from tests.properties.explorer.describe import describe_record
from tests.properties.explorer.engine import Engine
from tests.properties.explorer.numbering import Numbering
from tests.properties.explorer.promises import indexed_keys
from tests.properties.explorer.rules import Rules
from vector_store import Condition, ProductRecord
from vector_store.points import Candidate, Vector
from vector_store.read_check import CheckedProduct


@dataclass(frozen=True, slots=True)
class Reading:
    """What a search has seen so far.

    hits: by round, contents with the same image points as those that were found.
    records: by round, the records that were read afterwards; one fewer while the round is not over.
    moments: the records as they were at each of these steps, those of the hits included.
    """

    hits: tuple[int, ...] = ()
    records: tuple[int, ...] = ()
    moments: tuple[int, ...] = ()


class ReaderMove(NamedTuple):
    """A step of the reader, and the promise that its answer breaks, if it is one and does."""

    label: str
    reader: int
    broken: str | None = None


class Reader:
    """The reader's states, by number, and the step from each."""

    def __init__(self, engine: Engine, rules: Rules) -> None:
        self._engine = engine
        self._search = rules.slow_search
        self._states = Numbering[Reading]()
        self.idle = self._states.of(Reading())
        self._moves: dict[tuple[int, int], ReaderMove] = {}
        self._alike: dict[frozenset[str], int] = {}

    def move(self, reader: int, contents: int) -> ReaderMove:
        """The one step that a search in this state takes next."""
        if (reader, contents) not in self._moves:
            self._moves[reader, contents] = self._next(self._states[reader], contents)
        return self._moves[reader, contents]

    def _next(self, reading: Reading, contents: int) -> ReaderMove:
        record_set = self._engine.record_set(contents)
        moments = (*reading.moments, record_set)
        if len(reading.hits) == len(reading.records):
            hits = (*reading.hits, self._with_the_same_images(contents))
            return ReaderMove(
                "search: finds hits", self._states.of(replace(reading, hits=hits, moments=moments))
            )
        done = Reading(reading.hits, (*reading.records, record_set), moments)
        try:
            answer = self._search(_Script(self._engine, done))
        except _AnotherRound:
            return ReaderMove("search: reads records, searches once more", self._states.of(done))
        return ReaderMove("search: reads records, answers", self.idle, self._broken(answer, done))

    def _with_the_same_images(self, contents: int) -> int:
        ids = frozenset(point.id for point in self._engine.points(contents) if point.vector is not None)
        return self._alike.setdefault(ids, contents)

    def _broken(self, answer: list[CheckedProduct], done: Reading) -> str | None:
        answered = {each.record.product_id: each for each in answer}
        moments = [self._engine.records(record_set) for record_set in done.moments]
        for product_id in moments[-1].keys() | answered.keys():
            course = [records.get(product_id) for records in moments]
            broken = _broken_by_answer(answered.get(product_id), course)
            if broken is not None:
                return broken
        return None


def _broken_by_answer(answered: CheckedProduct | None, course: list[ProductRecord | None]) -> str | None:
    """One product of an answer, or its absence, against its records as they were at the search's steps."""
    shown = frozenset[str]() if answered is None else frozenset(hit.image_key for hit in answered.hits)
    told = ", then ".join("nothing" if each is None else describe_record(each) for each in course)
    if not shown >= frozenset.intersection(*map(indexed_keys, course)):
        return (
            f"images that could be found all along were not: a search that saw {told} shows {sorted(shown)}"
        )
    if answered is None:
        changes = sum(earlier != later for earlier, later in pairwise(course))
        if changes < 2 and all(map(indexed_keys, course)):
            return f"a product is missing though old and new state have images: a search that saw {told}"
        return None
    if answered.record not in course or not shown <= indexed_keys(answered.record):
        return (
            f"a search that saw {told} shows a mixture: {sorted(shown)} of {describe_record(answered.record)}"
        )
    if course[0] is not None and answered.record.stamp < course[0].stamp:
        return f"a search that saw {told} shows the past: {describe_record(answered.record)}"
    return None


class _AnotherRound(Exception):
    """No error: the search asks for more."""


class _Script(MemoryCollection):
    """Answers each search with the hits of one moment and the records of a later one."""

    def __init__(self, engine: Engine, reading: Reading) -> None:
        super().__init__(engine.collection(0).generation)
        self._engine = engine
        self._rounds = list(zip(reading.hits, reading.records, strict=True))

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
        if not self._rounds:
            raise _AnotherRound
        contents, record_set = self._rounds.pop(0)
        found = self._engine.collection(contents).search(
            vector,
            limit=limit,
            hits_per_product=hits_per_product,
            where=where,
            without=without,
            with_records=with_records,
        )
        payloads = {
            record.id: record.to_point().payload for record in self._engine.records(record_set).values()
        }
        return [Candidate(each.product, each.hits, payloads.get(each.product)) for each in found]
