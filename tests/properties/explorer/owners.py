"""Members, the mender, the desk: what each may do next, given only its own state and the engine's contents.

A member: takes a batch and reads the records → reads stored vectors, tries images, sends its request → the
request's operations land one by one → commits. At any moment it may crash; what it had sent and had not yet
landed stays under way without it. The mender does the same for pending images, and has nothing to commit. So
does the desk, from where somebody has the index audited and repaired (reads a product's record → reads its
points, sends what repairs them) and has failed images tried again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from tests.properties.explorer.decisions import Decisions
from tests.properties.explorer.describe import describe_batch
from tests.properties.explorer.numbering import Numbering

NOTHING = -1


@dataclass(frozen=True, slots=True)
class Idle:
    """Has no work."""


@dataclass(frozen=True, slots=True)
class Decided:
    """Holds plans for a batch, made from records that may change meanwhile."""

    batch: int
    plans: int


@dataclass(frozen=True, slots=True)
class Sent:
    """Waits for its request: so many of its operations have landed. A mender's batch is NOTHING."""

    batch: int
    request: int
    landed: int


@dataclass(frozen=True, slots=True)
class Completed:
    """Everything of the batch is written or superseded; it may be committed."""

    batch: int


@dataclass(frozen=True, slots=True)
class Looked:
    """An audit's first look at a product: the number of the records, or of the contents, as they were."""

    product_uuid: str
    seen: int


Owner: TypeAlias = Idle | Decided | Sent | Completed | Looked


class Move(NamedTuple):
    """A step of one owner: the contents and the owner after it, what it commits, what it leaves under way.

    leftover: the number of a tuple of operations that land later, or NOTHING.
    """

    label: str
    contents: int
    owner: int
    commits: int = NOTHING
    leftover: int = NOTHING


class Owners:
    """Owners' states, by number (0 is idle), and the steps from each."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions
        self._scope = decisions.scope
        self._rules = decisions.rules
        self._engine = decisions.engine
        self.states = Numbering[Owner]()
        self.idle = self.states.of(Idle())
        self.leftovers = Numbering[tuple[int, ...]]()
        self._member_moves: dict[tuple[int, int], tuple[Move, ...]] = {}
        self._mender_moves: dict[tuple[int, int], tuple[Move, ...]] = {}
        self._desk_moves: dict[tuple[int, int], tuple[Move, ...]] = {}

    def moves_of_member(self, member: int, contents: int) -> tuple[Move, ...]:
        """Every step that a member in this state may take."""
        moves = self._member_moves.get((member, contents))
        if moves is None:
            owner = self.states[member]
            found = self._takes(contents) if isinstance(owner, Idle) else self._works(owner, contents)
            moves = self._member_moves[member, contents] = tuple(found)
        return moves

    def moves_of_mender(self, mender: int, contents: int) -> tuple[Move, ...]:
        """Every step that the mender in this state may take."""
        moves = self._mender_moves.get((mender, contents))
        if moves is None:
            owner = self.states[mender]
            found = self._mends(contents) if isinstance(owner, Idle) else self._works(owner, contents)
            moves = self._mender_moves[mender, contents] = tuple(found)
        return moves

    def moves_of_desk(self, desk: int, contents: int) -> tuple[Move, ...]:
        """Every step that the desk in this state may take."""
        moves = self._desk_moves.get((desk, contents))
        if moves is None:
            owner = self.states[desk]
            match owner:
                case Idle():
                    found = self._begins_at_desk(contents)
                case Looked(product_uuid, seen):
                    found = iter([self._repairs(product_uuid, seen, contents)])
                case _:
                    found = self._works(owner, contents)
            moves = self._desk_moves[desk, contents] = tuple(found)
        return moves

    def _begins_at_desk(self, contents: int) -> Iterator[Move]:
        if self._scope.audit:
            first = self._rules.audits_records_first
            seen = self._engine.record_set(contents) if first else contents
            for product_uuid in self._engine.products(contents):
                label = "audits, looks at the record" if first else "audits, looks at the points"
                yield Move(label, contents, self.states.of(Looked(product_uuid, seen)))
        for request in self._decisions.redrive_images(contents):
            sent = self.states.of(Sent(NOTHING, request, 0))
            yield Move("has failed images tried again, sends its request", contents, sent)

    def _repairs(self, product_uuid: str, seen: int, contents: int) -> Move:
        if self._rules.audits_records_first:
            request = self._decisions.repair(product_uuid, seen, contents)
        else:
            request = self._decisions.repair(product_uuid, self._engine.record_set(contents), seen)
        if request == NOTHING:
            return Move("audits, finds nothing to repair", contents, self.idle)
        return Move("audits, sends a repair", contents, self.states.of(Sent(NOTHING, request, 0)))

    def _takes(self, contents: int) -> Iterator[Move]:
        for batch, stretches in enumerate(self._decisions.batches):
            plans = self._decisions.decide(batch, contents)
            after = self.states.of(Decided(batch, plans) if plans else Completed(batch))
            label = f"takes [{describe_batch(stretches)}], {'plans' if plans else 'finds it superseded'}"
            yield Move(label, contents, after, NOTHING if self._rules.commits_after_completion else batch)

    def _mends(self, contents: int) -> Iterator[Move]:
        for request in self._decisions.retry_images(contents):
            sent = self.states.of(Sent(NOTHING, request, 0))
            yield Move("tries pending images, sends its request", contents, sent)

    def _works(self, owner: Owner, contents: int) -> Iterator[Move]:
        match owner:
            case Decided(batch, plans):
                for request in self._decisions.try_images(plans, contents):
                    sent = self.states.of(Sent(batch, request, 0))
                    yield Move(f"tries images, sends its request{self._of(batch)}", contents, sent)
                yield Move("crashes before it sent anything", contents, self.idle)
            case Sent(batch, request, landed):
                yield from self._waits(batch, request, landed, contents)
            case Completed(batch):
                if self._rules.commits_after_completion:
                    yield Move("commits", contents, self.idle, commits=batch)
                yield Move("ends without a commit", contents, self.idle)

    def _waits(self, batch: int, request: int, landed: int, contents: int) -> Iterator[Move]:
        operations = self._decisions.requests[request]
        changed = self._engine.land(contents, operations[landed])
        label = f"{self._engine.describe(operations[landed])}{self._of(batch)}"
        yield Move(label, changed, self._after(batch, request, landed + 1))
        leftover = self.leftovers.of(operations[landed:])
        yield Move(
            f"crashes, its request is under way{self._of(batch)}", contents, self.idle, leftover=leftover
        )
        yield Move("crashes, the rest of its request is lost", contents, self.idle)
        if self._scope.resends:
            again = self.states.of(Sent(batch, request, 0))
            yield Move("waited too long, sends again", contents, again, leftover=leftover)

    def _of(self, batch: int) -> str:
        return "" if batch == NOTHING else f" [{describe_batch(self._decisions.batches[batch])}]"

    def _after(self, batch: int, request: int, landed: int) -> int:
        if landed < len(self._decisions.requests[request]):
            return self.states.of(Sent(batch, request, landed))
        return self.idle if batch == NOTHING else self.states.of(Completed(batch))
