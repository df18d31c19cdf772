"""A snapshot is put back: checked, written where nobody sees it, given its offsets, and only then shown."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from consumer.backup.putting_back import describe_restored, put_back, refuse_taken_name
from consumer.backup.snapshot_file import OnBytes, SnapshotFile
from consumer.backup.snapshot_format import Partition, SnapshotEnd, SnapshotHead
from consumer.backup.starting_points import LogNow, starting_points
from consumer.backup.taking import OnPoints
from vector_store import Generation, StoreError, VectorStore


class Log(Protocol):
    """The topics beside which a snapshot is put back. Each call may block, and raises StartRefused."""

    def now(self, generation: Generation) -> LogNow:
        """The log as it is; asked in the name of this generation's group."""
        ...

    def commit(self, generation: Generation, starts: dict[Partition, int]) -> None:
        """Have the generation's group begin there; returns when the broker has it."""
        ...


class Watcher(Protocol):
    """Hears how far a restoration is."""

    def checking(self, of_bytes: int) -> OnBytes: ...

    def writing(self, of_points: int) -> OnPoints: ...


@dataclass(frozen=True, slots=True)
class Restored:
    """What there is afterwards. starts: where the new group begins."""

    generation: Generation
    head: SnapshotHead
    end: SnapshotEnd
    starts: dict[Partition, int]


def restore(
    snapshot: SnapshotFile,
    store: VectorStore,
    log: Log,
    watcher: Watcher,
    *,
    collection: str,
    suffix: str | None,
) -> Restored:
    """Put the snapshot back as a generation of a new incarnation, complete from the moment that it is seen.

    A process that ends in the middle leaves nothing that counts; the same call begins anew. Blocks.
    Raises SnapshotUnusable and BackupRefused before anything was made; StartRefused, StoreError.
    """
    generation = describe_restored(snapshot.head.generation, collection=collection, suffix=suffix)
    refuse_taken_name(store, generation)
    end = snapshot.check(watcher.checking(snapshot.size_bytes))
    starts = starting_points(snapshot.head, log.now(generation), is_empty=end.records == 0)
    try:
        put_back(store, generation, snapshot.points(), end, watcher.writing(end.points))
        log.commit(generation, starts)
        store.reveal(generation.name)
    except BaseException:
        with suppress(StoreError):
            _forget_hidden(store, generation.name)
        raise
    return Restored(generation, snapshot.head, end, starts)


def _forget_hidden(store: VectorStore, name: str) -> None:
    """What another process has shown under this name meanwhile is not ours to remove."""
    if name not in {each.name for each in store.generations()}:
        store.drop(name)
