"""One search as deep as its reader wants: the further one reads, the more candidates are checked.

Pages of one ranking never overlap and leave nothing out, since every page is cut from the same search of
the same depth. What a page needs is checked, and no more, since a record costs far more to read than a place
in the ranking.
"""

from collections.abc import Collection as Ids
from collections.abc import Sequence
from typing import Protocol

from vector_store.conditions import AllOf, Condition, Not, OneOf
from vector_store.interface import Collection
from vector_store.points import Candidate, Vector
from vector_store.read_check import CheckedProduct, best_first

SPARE_PRODUCTS = 56
"""Places of the ranking beyond its depth, for candidates that are refused."""

_SAME_SCORE = 1e-6


class CheckedSearch(Protocol):
    """The best hits of these products (uuids), each checked against its record."""

    def __call__(self, products: Sequence[str]) -> Sequence[CheckedProduct]: ...


class Ranking:
    """The products nearest to a vector, best first, equal ones by product id. Of one thread.

    depth: how many products can be read; the engine is asked for no more, whatever is read.
    without: uuids of products that never appear.
    Blocks and raises as the collection does.
    """

    def __init__(
        self,
        collection: Collection,
        vector: Vector,
        check: CheckedSearch,
        *,
        depth: int,
        where: Condition | None = None,
        without: Ids[str] = (),
    ) -> None:
        self._collection = collection
        self._vector = vector
        self._check = check
        self._depth = depth
        self._places = depth + SPARE_PRODUCTS + len(without)
        self._where = where
        self._without = frozenset(without)
        self._checked: list[CheckedProduct] = []
        self._waiting: list[Candidate] = []
        self._all_ranked: list[Candidate] = []
        self._rounds = 0

    def best(self, count: int) -> list[CheckedProduct]:
        """The first `count` products, fewer where there are no more; at most `depth`."""
        count = min(count, self._depth)
        while True:
            settled = self._settled()
            if len(settled) >= count:
                return settled[:count]
            if not self._waiting and not self._rank_further():
                return settled
            self._check_next(count - len(settled))

    def _settled(self) -> list[CheckedProduct]:
        """The checked products that none of the waiting can come before or between."""
        ordered = best_first(self._checked)
        if not self._waiting:
            return ordered
        bar = self._waiting[0].hits[0].score + _SAME_SCORE
        return [each for each in ordered if each.score > bar]

    def _check_next(self, count: int) -> None:
        """Check as many of the waiting, and those that share the last one's score."""
        while count < len(self._waiting) and self._gap_before(count) <= _SAME_SCORE:
            count += 1
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        self._checked.extend(self._check([each.product for each in taken]))

    def _gap_before(self, place: int) -> float:
        return self._waiting[place - 1].hits[0].score - self._waiting[place].hits[0].score

    def _rank_further(self) -> bool:
        """Ask the engine; a second time where so many were refused that the first does not suffice.

        What the second finds comes after the first: anything better was missed by an approximate search, and
        would shift pages that were read without it.
        """
        before = self._all_ranked
        if self._rounds == 2 or (before and len(before) < self._places):
            return False
        self._rounds += 1
        conditions = [] if self._where is None else [self._where]
        if before:
            conditions.append(Not(OneOf("product", tuple(each.product for each in before))))
        found = self._collection.search(
            self._vector,
            limit=self._places,
            hits_per_product=1,
            where=AllOf(tuple(conditions)) if conditions else None,
            with_records=False,
        )
        self._all_ranked = [*before, *found]
        last = before[-1].hits[0].score if before else None
        self._waiting = [
            each
            for each in found
            if each.product not in self._without and (last is None or each.hits[0].score <= last)
        ]
        return bool(self._waiting)
