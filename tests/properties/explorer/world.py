"""The world as a graph: a state is a few numbers; each owner, late request and reader may take a step."""

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from tests.properties.explorer.damage import Damage
from tests.properties.explorer.decisions import Decisions
from tests.properties.explorer.engine import Engine
from tests.properties.explorer.late_requests import LateRequests
from tests.properties.explorer.numbering import Numbering
from tests.properties.explorer.owners import NOTHING, Owners
from tests.properties.explorer.promises import Promises
from tests.properties.explorer.reader import Reader
from tests.properties.explorer.rules import Rules
from tests.properties.explorer.scope import Scope

State: TypeAlias = tuple[int, int, int, int, int, int, int, int]
"""All that the future depends on: contents, committed offsets, two members, mender, desk, late requests,
reader.

Members are alike, so the lower number comes first. A plain tuple, since there are millions.
"""


class Step(NamedTuple):
    """One step: who did what, the state after it, and the promise that it broke as a search, if any."""

    who: str
    label: str
    state: State
    broken: str | None = None


class World:
    """All states that can be reached from `start`, through `steps`."""

    def __init__(self, scope: Scope, rules: Rules) -> None:
        self.engine = Engine()
        self.decisions = Decisions(scope, rules, self.engine)
        self.promises = Promises(self.decisions)
        self._owners = Owners(self.decisions)
        self._late = LateRequests(
            self._owners.leftovers, scope.late_requests, in_order=rules.leftovers_in_order
        )
        self._reader = Reader(self.engine, rules)
        self._scope = scope
        self._damage = Damage(scope, self.engine)
        self._has_desk = scope.audit or scope.redriven_attempts > 0
        self._committed = Numbering[tuple[int, ...]]()
        self._committed_with: dict[tuple[int, int], int] = {}
        self._ends = tuple(len(partition) for partition in self.decisions.log)
        idle = self._owners.idle
        nothing_committed = self._committed.of((0,) * len(self._ends))
        self.start: State = (
            self.engine.empty,
            nothing_committed,
            idle,
            idle,
            idle,
            idle,
            self._late.none,
            self._reader.idle,
        )

    def is_end(self, state: State) -> bool:
        """Everything is delivered and nothing is pending; late requests may still be under way."""
        contents, committed, first, second, mender, desk, _late, _reader = state
        return (
            first == second == mender == desk == self._owners.idle
            and self._committed[committed] == self._ends
            and self.promises.is_settled(contents)
        )

    def steps(self, state: State) -> Iterator[Step]:
        """Every step that may come next."""
        yield from self._steps_of_members(state)
        contents, committed, first, second, mender, desk, late, reader = state
        if self._scope.mender:
            for move in self._owners.moves_of_mender(mender, contents):
                under_way = self._late.with_leftover(late, move.leftover)
                if under_way != NOTHING:
                    after = (move.contents, committed, first, second, move.owner, desk, under_way, reader)
                    yield Step("mender", move.label, after)
        if self._has_desk:
            yield from self._steps_at_desk(state)
        for lost in self._damage.steps(contents):
            after = (lost, committed, first, second, mender, desk, late, reader)
            yield Step("damage", "loses a point", after)
        for landing in self._late.steps(late):
            changed, label = contents, "is lost"
            if landing.operation != NOTHING:
                changed = self.engine.land(contents, landing.operation)
                label = self.engine.describe(landing.operation)
            after = (changed, committed, first, second, mender, desk, landing.late, reader)
            yield Step("late request", label, after)
        if self._scope.reader:
            read = self._reader.move(reader, contents)
            after = (contents, committed, first, second, mender, desk, late, read.reader)
            yield Step("shopper", read.label, after, read.broken)

    def _steps_at_desk(self, state: State) -> Iterator[Step]:
        contents, committed, first, second, mender, desk, late, reader = state
        for move in self._owners.moves_of_desk(desk, contents):
            under_way = self._late.with_leftover(late, move.leftover)
            if under_way != NOTHING:
                after = (move.contents, committed, first, second, mender, move.owner, under_way, reader)
                yield Step("desk", move.label, after)

    def _steps_of_members(self, state: State) -> Iterator[Step]:
        contents, committed, first, second, mender, desk, late, reader = state
        # Alike members in the same state take the same steps; with one member, the first never leaves idle.
        pairs = ((second, first), (first, second))
        for owner, other in pairs[: 1 if first == second or self._scope.members == 1 else 2]:
            for move in self._owners.moves_of_member(owner, contents):
                under_way = self._late.with_leftover(late, move.leftover)
                if under_way == NOTHING:
                    continue
                low, high = (other, move.owner) if other < move.owner else (move.owner, other)
                upto = committed if move.commits == NOTHING else self._commit(committed, move.commits)
                after = (move.contents, upto, low, high, mender, desk, under_way, reader)
                yield Step("member", move.label, after)

    def _commit(self, committed: int, batch: int) -> int:
        """Offsets move on where the batch continues what is committed, as the offset tracker has it."""
        if (committed, batch) not in self._committed_with:
            upto = tuple(
                max(position, end) if start <= position else position
                for position, (start, end) in zip(
                    self._committed[committed], self.decisions.batches[batch], strict=True
                )
            )
            self._committed_with[committed, batch] = self._committed.of(upto)
        return self._committed_with[committed, batch]
