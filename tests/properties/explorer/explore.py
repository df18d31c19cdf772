"""Every state that can be reached, breadth first: the first broken promise comes with a shortest trace."""

from array import array
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from tests.properties.explorer.rules import Rules
from tests.properties.explorer.scope import Scope
from tests.properties.explorer.world import State, World


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that does not hold, and the steps that lead to where it does not."""

    promise: str
    trace: tuple[str, ...]

    def __str__(self) -> str:
        steps = "\n".join(f"  {number}. {step}" for number, step in enumerate(self.trace, 1))
        return f"{self.promise}, after\n{steps}"


@dataclass(frozen=True, slots=True)
class Exploration:
    """What an exploration covered, and what it found."""

    scope: str
    states: int
    transitions: int
    ends: int
    contents: int
    seconds: float
    broken: Broken | None

    def __str__(self) -> str:
        return (
            f"{self.scope}: {self.states:,} states, {self.transitions:,} transitions, {self.ends:,} ends, "
            f"{self.contents:,} contents of the index, {self.seconds:.1f} s"
        )


class Explorer:
    """One exploration of one scope, complete unless a promise is broken."""

    def __init__(self, scope: Scope, rules: Rules | None = None) -> None:
        self._scope = scope
        self._world = World(scope, rules or Rules())
        self._states: list[State] = [self._world.start]
        self._parents = array("L", [0])
        self._sources = array("L")
        self._targets = array("L")
        self._ends = array("L")

    def run(self) -> Exploration:
        """Explore until there is nothing new, or a promise is broken."""
        began = perf_counter()
        broken = self._explore() or self._without_a_way_to_the_end()
        return Exploration(
            scope=self._scope.name,
            states=len(self._states),
            transitions=len(self._targets),
            ends=len(self._ends),
            contents=len(self._world.engine),
            seconds=perf_counter() - began,
            broken=broken,
        )

    def _explore(self) -> Broken | None:
        world, promises = self._world, self._world.promises
        numbers = {world.start: 0}
        for number, state in enumerate(self._states):
            if world.is_end(state):
                self._ends.append(number)
                if promise := promises.broken_at_end(state[0]):
                    return self._traced(promise, number)
            for step in world.steps(state):
                known = numbers.get(step.state)
                if known is None:
                    known = numbers[step.state] = len(self._states)
                    self._states.append(step.state)
                    self._parents.append(number)
                self._sources.append(number)
                self._targets.append(known)
                promise = step.broken
                before, after = state[0], step.state[0]
                if before != after:
                    promise = promises.broken_by_step(before, after) or promises.broken_now(after)
                if promise:
                    return self._traced(promise, number, f"{step.who} {step.label}")
        return None

    def _without_a_way_to_the_end(self) -> Broken | None:
        """From every state everything can still be delivered and settled: nothing hangs or circles."""
        sources, targets = np.asarray(self._sources), np.asarray(self._targets)
        can_end = np.zeros(len(self._states), dtype=bool)
        can_end[np.asarray(self._ends, dtype=np.int64)] = True
        reached = 0
        while reached != (reached := int(can_end.sum())):
            can_end[sources[can_end[targets]]] = True
        if can_end.all():
            return None
        promise = "from here everything delivered and settled cannot be reached"
        return self._traced(promise, int(can_end.argmin()))

    def _traced(self, promise: str, number: int, *last: str) -> Broken:
        trace: list[str] = []
        while number:
            parent, state = self._parents[number], self._states[number]
            step = next(each for each in self._world.steps(self._states[parent]) if each.state == state)
            trace.append(f"{step.who} {step.label}")
            number = parent
        return Broken(promise, (*reversed(trace), *last))
