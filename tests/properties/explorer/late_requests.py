"""What crashed owners left under way: it lands later, in its order, between any steps of others, or never."""

from collections.abc import Iterator
from typing import NamedTuple

from tests.properties.explorer.numbering import Numbering
from tests.properties.explorer.owners import NOTHING


class Landing(NamedTuple):
    """One operation lands, or, where it is NOTHING, a whole request is lost; `late` is what is left then."""

    operation: int
    late: int


class LateRequests:
    """Sets of leftovers, by number; at most `most` at a time."""

    def __init__(self, leftovers: Numbering[tuple[int, ...]], most: int, *, in_order: bool) -> None:
        self._leftovers = leftovers
        self._most = most
        self._in_order = in_order
        self._sets = Numbering[tuple[int, ...]]()
        self._with: dict[tuple[int, int], int] = {}
        self._steps: dict[int, tuple[Landing, ...]] = {}
        self.none = self._sets.of(())

    def with_leftover(self, late: int, leftover: int) -> int:
        """The set with one more, the same set for NOTHING; NOTHING where there is no room."""
        if leftover == NOTHING:
            return late
        if (late, leftover) not in self._with:
            more = _sorted((*self._sets[late], leftover))
            self._with[late, leftover] = self._sets.of(more) if len(more) <= self._most else NOTHING
        return self._with[late, leftover]

    def steps(self, late: int) -> tuple[Landing, ...]:
        """What may happen to the requests of this set."""
        if late not in self._steps:
            self._steps[late] = tuple(self._steps_of(self._sets[late]))
        return self._steps[late]

    def _steps_of(self, under_way: tuple[int, ...]) -> Iterator[Landing]:
        for place, leftover in enumerate(under_way):
            others = under_way[:place] + under_way[place + 1 :]
            operations = self._leftovers[leftover]
            for nth in range(1 if self._in_order else len(operations)):
                rest = operations[:nth] + operations[nth + 1 :]
                left = (*others, self._leftovers.of(rest)) if rest else others
                yield Landing(operations[nth], self._sets.of(_sorted(left)))
            yield Landing(NOTHING, self._sets.of(others))


def _sorted(leftovers: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(leftovers))
