"""A generation lives on while a snapshot of it is taken, and another is made of that and reads on.

Taking is the project's own. Before each of its calls to the index anybody else may get on: that is what
`moves` say.
"""

from collections.abc import Callable, Sequence
from collections.abc import Collection as Ids

from consumer.backup import taking
from consumer.backup.snapshot_format import SnapshotHead
from tests.contract.memory_store import MemoryCollection
from tests.properties.explorer.shop_log import NOON_MS, Says
from tests.properties.seeding_world import GO_ON, LOG, SeedingWorld
from tests.properties.store_members import Member
from vector_store import Condition
from vector_store.conditions import HasId
from vector_store.points import Page, Point, UpsertPoints

MOVES = ("publish", "old reads", "old mends", "old crashes", "old sees late", "host")


class SnapshotWorld(SeedingWorld):
    """says: what the shop will say. The old generation is the one that is snapshotted."""

    def __init__(self, says: Sequence[Says], moves: Sequence[str]) -> None:
        super().__init__(says, (), same_model=True)
        self._snapshot_moves = iter(moves)

    def happens(self, move: str) -> None:
        """One step of somebody who takes no snapshot."""
        if move == "old crashes":
            if left := self._reads_old.crash():
                self._late.append(left)
        elif move == "old sees late":
            if self._late:
                self.old.apply([self._late[0].pop(0)])
                self._late = [each for each in self._late if each]
        else:
            super().happens(move)

    def pause_of_snapshot(self) -> None:
        """Others get on."""
        for move in self._snapshot_moves:
            if move == GO_ON:
                return
            self.happens(move)

    def snapshot(self) -> tuple[SnapshotHead, list[Point]]:
        """What a snapshot's file would hold."""
        watched = _Watched(self.old, self.pause_of_snapshot)
        head = taking.describe(watched, lambda: {(LOG, 0): self._reads_old.committed[LOG]}, lambda: NOON_MS)
        points = _Points()
        taking.take(watched, head, points, lambda _: None)  # type: ignore[arg-type]  # all that it needs
        return head, points.taken

    def restore(self, head: SnapshotHead, points: Sequence[Point]) -> None:
        """The new generation is what the snapshot held, and its group begins at the stored offsets."""
        self.new = MemoryCollection(head.generation)
        if points:
            self.new.apply([UpsertPoints(tuple(points), only_over=HasId(frozenset()))])
        start = head.positions[LOG, 0]
        assert start is not None
        self._reads_new = Member(self.new, self._host_of(self.new), {LOG: start})
        self._new_began = True


class _Points:
    def __init__(self) -> None:
        self.taken: list[Point] = []

    def add(self, point: Point, *, is_record: bool) -> None:
        self.taken.append(point)


class _Watched(MemoryCollection):
    """The same points, a point a page, and others get on before each look at them."""

    def __init__(self, inner: MemoryCollection, pause: Callable[[], None]) -> None:
        super().__init__(inner.generation)
        self._inner = inner
        self._pause = pause

    def retrieve(self, ids: Ids[str], *, with_vectors: bool = False) -> dict[str, Point]:
        self._pause()
        return self._inner.retrieve(ids, with_vectors=with_vectors)

    def scroll(
        self, where: Condition, *, limit: int, from_id: str | None = None, with_vectors: bool = False
    ) -> Page:
        self._pause()
        return self._inner.scroll(where, limit=min(limit, 1), from_id=from_id, with_vectors=with_vectors)
