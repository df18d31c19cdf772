"""One search read as far as its reader wants, page by page.

The order of a ranking does not depend on how much of it is read, so that its pages never overlap and leave
nothing out: the engine is asked in rounds of fixed sizes, and each leaves out what those before found. To ask
for exactly what a page needs would not do: an approximate search that is asked for more may find better
products than one that is asked for less.
"""

from collections.abc import Collection as Ids
from collections.abc import Mapping, Sequence
from typing import Protocol

from vector_store.conditions import AllOf, Condition, Not, OneOf
from vector_store.interface import Collection
from vector_store.points import Candidate, Vector
from vector_store.read_check import CheckedProduct, best_first, check

ROUNDS = (32, 96, 256, 256, 256)
"""How many products each round asks for. The first is enough for most pages, three for the last."""

_FEW_LEFT_OUT = 16
"""So many products are left out of what the first round found, rather than by a condition on it.

An engine searches without any condition in less than half the time that one condition takes it.
"""

_SAME_SCORE = 1e-6


class CheckedSearch(Protocol):
    """The best hits of these products (uuids), each checked against its record."""

    def __call__(self, products: Sequence[str]) -> Sequence[CheckedProduct]: ...


class Ranking:
    """The products nearest to a vector, best first, equal ones by product id. Of one thread.

    check: what a shopper sees of candidates.
    without: uuids of products that never appear.
    Blocks and raises as the collection does.
    """

    def __init__(
        self,
        collection: Collection,
        vector: Vector,
        check: CheckedSearch,
        *,
        where: Condition | None = None,
        without: Ids[str] = (),
    ) -> None:
        self._collection = collection
        self._vector = vector
        self._check = check
        self._where = where
        self._without = sorted(without)
        self._sizes = list(ROUNDS)
        self._found: list[Candidate] = []
        self._waiting: list[Candidate] = []
        self._checked: list[CheckedProduct] = []

    def best(self, count: int, *, fully: int | None = None) -> list[CheckedProduct]:
        """The first `count` products, fewer where there are no more.

        fully: of how many all matching images are wanted; of the others the best image will do.
        """
        fully = count if fully is None else fully
        while len(settled := self._settled()) < count:
            if not self._waiting and not self._ask_for_more():
                # With nothing more to come, those are settled too that shared the last score.
                return self._settled()[:count]
            if len(settled) < fully:
                self._check_next(min(count, fully) - len(settled), fully=True)
            else:
                self._check_next(count - len(settled), fully=False)
        return settled[:count]

    def _settled(self) -> list[CheckedProduct]:
        """The checked products that nothing which is still to come belongs before."""
        ordered = best_first(self._checked)
        bar = self._waiting[0].hits[0].score if self._waiting else self._last_score() if self._sizes else None
        return ordered if bar is None else [each for each in ordered if each.score > bar + _SAME_SCORE]

    def _check_next(self, count: int, *, fully: bool) -> None:
        """Check as many of the waiting, and those that share the last one's score."""
        while count < len(self._waiting) and self._gap_before(count) <= _SAME_SCORE:
            count += 1
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        unclear = self._check_best_hits(taken, fully=fully)
        if unclear:
            self._checked.extend(self._check(unclear))

    def _check_best_hits(self, taken: Sequence[Candidate], *, fully: bool) -> list[str]:
        """Hold their best hits against their records, without a search.

        Returned are the products that only a search says more of: those whose best hit does not count, and,
        fully, those with further images.
        """
        records = self._collection.retrieve([each.product for each in taken])
        attributes: Mapping[str, str] = self._collection.generation.filterable_attributes
        unclear = []
        for each in taken:
            if (record := records.get(each.product)) is None:
                continue
            candidate = Candidate(each.product, each.hits, record.payload)
            checked = check([candidate], where=self._where, filterable_attributes=attributes)
            if checked.refused or (fully and any(_has_more(found) for found in checked.products)):
                unclear.append(each.product)
            else:
                self._checked.extend(checked.products)
        return unclear

    def _gap_before(self, place: int) -> float:
        return self._waiting[place - 1].hits[0].score - self._waiting[place].hits[0].score

    def _ask_for_more(self) -> bool:
        """The next rounds, until one finds something; false where nothing is left.

        What a round finds comes after what was found before: anything better was missed by an approximate
        search, and would shift pages that were read without it.
        """
        while self._sizes and not self._waiting:
            size, *self._sizes = self._sizes
            passed_over = self._without if not self._found and len(self._without) <= _FEW_LEFT_OUT else []
            size += len(passed_over)
            found = self._collection.search(
                self._vector,
                limit=size,
                hits_per_product=1,
                where=self._where if passed_over else self._narrowed(),
                with_records=False,
            )
            last = self._last_score()
            self._waiting = [
                each
                for each in found
                if each.product not in passed_over and (last is None or each.hits[0].score <= last)
            ]
            self._found += found
            if len(found) < size:
                self._sizes = []
        return bool(self._waiting)

    def _narrowed(self) -> Condition | None:
        known = {*self._without, *(each.product for each in self._found)}
        conditions = [
            *([] if self._where is None else [self._where]),
            *([Not(OneOf("product", tuple(sorted(known))))] if known else []),
        ]
        return AllOf(tuple(conditions)) if conditions else None

    def _last_score(self) -> float | None:
        return min((each.hits[0].score for each in self._found), default=None)


def _has_more(found: CheckedProduct) -> bool:
    return len(found.record.indexed_keys) > len(found.hits)
