"""What an engine offers. Two engines and the tests' own pass one contract suite (tests/contract)."""

from collections.abc import Collection as Ids
from collections.abc import Sequence
from typing import Protocol

from vector_store.conditions import Condition
from vector_store.generation import Generation
from vector_store.points import Candidate, Operation, Page, Point, Vector


class Collection(Protocol):
    """One generation's points. Thread-safe.

    Every call may block for as long as the engine's deadline, and raises StoreUnavailable where the engine
    cannot answer, GenerationMissing where the collection is gone or another one now has its name.
    """

    @property
    def generation(self) -> Generation:
        """What is stored with the collection."""
        ...

    def apply(self, operations: Sequence[Operation]) -> None:
        """Carry out the operations in this order; returns when the last one is completed, not just accepted.

        Raises InvalidVector or InvalidPayload before anything was applied; after StoreUnavailable any
        beginning of the sequence may have been applied, and nothing of it lands later out of order.
        """
        ...

    def retrieve(self, ids: Ids[str], *, with_vectors: bool = False) -> dict[str, Point]:
        """The points with these ids, by id; missing ones are left out. Vectors are float32 [dimension]."""
        ...

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
        """The `limit` products whose image points are nearest to the vector (float32 [dimension]).

        Best first; each with its best `hits_per_product` points and its record as read after the search:
        unchecked, see `read_check`. `where` narrows by the points' filterable fields; `without` names point
        ids to skip. Of the hits' payloads only `RANKED_FIELDS` need be there. Without `with_records` no
        record is read, and every candidate's is None: a mere ranking.
        """
        ...

    def scroll(
        self,
        where: Condition,
        *,
        limit: int,
        from_id: str | None = None,
        with_vectors: bool = False,
    ) -> Page:
        """Points for which the condition holds, in the order of their ids, from this id on."""
        ...

    def count(self, where: Condition) -> int:
        """How many points satisfy the condition, exactly."""
        ...

    def disk_bytes(self) -> int | None:
        """What the collection takes of the disk; None where the engine does not tell."""
        ...

    def maintain(self) -> None:
        """Let the engine tidy up (flush, optimise). Called now and then from the consumer's periodic work."""
        ...


class VectorStore(Protocol):
    """All generations of one shop, and the alias that names the promoted one. Thread-safe."""

    def generations(self) -> list[Generation]:
        """Every generation there is, oldest first."""
        ...

    def create(self, generation: Generation) -> Collection:
        """Make an empty collection. Raises GenerationExists.

        What was left hidden under this name is removed.
        """
        ...

    def create_hidden(self, generation: Generation) -> Collection:
        """The same, but nobody else sees it: it is neither listed, opened nor promoted until `reveal`.

        For what must be there wholly or not at all: a process that ends before `reveal` leaves nothing that
        counts, and whoever begins anew gets an empty collection.
        """
        ...

    def reveal(self, name: str) -> None:
        """Make a hidden generation one like any other, in one step. Raises GenerationMissing."""
        ...

    def open(self, name: str) -> Collection:
        """Open a generation by name. Raises GenerationMissing."""
        ...

    def drop(self, name: str) -> None:
        """Remove a generation and its points, hidden or not; the promoted one is refused.

        One that is not there is fine.
        """
        ...

    def promoted(self) -> str | None:
        """The name of the generation that the alias names, or None where there is no alias yet."""
        ...

    def previous(self) -> str | None:
        """The generation that was promoted before the present one: where a rollback goes.

        None where there was none, or it has been dropped.
        """
        ...

    def promote(self, name: str) -> None:
        """Point the alias at this generation, atomically. Raises GenerationMissing.

        In the same step the one that it named becomes `previous`; promoting the promoted one changes nothing.
        """
        ...

    def close(self) -> None:
        """Release the engine; further calls fail. Idempotent."""
        ...
