"""Snapshots in files and a log in memory, for tests of what is put back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from consumer.backup.restoration import Restored, restore
from consumer.backup.snapshot_file import OnBytes, SnapshotFile
from consumer.backup.snapshot_format import Partition, SnapshotHead
from consumer.backup.snapshot_writer import SnapshotWriter, file_in_place
from consumer.backup.starting_points import LogNow
from consumer.backup.taking import OnPoints
from tests.contract.samples import a_generation, a_record, a_write
from vector_store import Generation, Stamp, VectorStore
from vector_store.points import KIND_RECORD, Point

NOW_MS = 1_790_000_000_000
DAY_MS = 86_400_000


def a_head(**changed: object) -> SnapshotHead:
    given: dict[str, object] = {
        "generation": a_generation(),
        "positions": {("products", 0): 7, ("products", 1): None},
        "begun_at_ms": NOW_MS,
        "last_written_ms": NOW_MS,
        "service_version": "0.1.0",
    }
    return SnapshotHead(**{**given, **changed})  # type: ignore[arg-type]  # the fields above


def some_points(products: int = 3) -> list[Point]:
    """Records, then their image points."""
    writes = [a_write(a_record(f"p{n}", Stamp(2, n), indexed=[f"{n}.jpg"], price=n)) for n in range(products)]
    return [
        *(write.record.to_point() for write in writes),
        *(point.to_point() for write in writes for point in write.points),
    ]


def write_snapshot(path: Path, head: SnapshotHead | None = None, points: Iterable[Point] = ()) -> Path:
    with file_in_place(path) as file:
        writer = SnapshotWriter(file, head or a_head())
        for point in points or some_points():
            writer.add(point, is_record=point.payload.get("kind") == KIND_RECORD)
        writer.finish()
    return path


@dataclass
class MemoryLog:
    """A log, and the offsets that were committed to each group. on_commit: what happens then."""

    ends: dict[Partition, tuple[int, int]] = field(
        default_factory=lambda: {("products", 0): (0, 9), ("products", 1): (0, 0)}
    )
    deletes_kept_ms: dict[str, int] = field(default_factory=dict)
    now_ms: int = NOW_MS
    committed: dict[str, dict[Partition, int]] = field(default_factory=dict)
    failure: Exception | None = None

    def now(self, generation: Generation) -> LogNow:
        assert generation.incarnation not in self.committed
        return LogNow(self.ends, self.deletes_kept_ms, lambda: self.now_ms)

    def commit(self, generation: Generation, starts: dict[Partition, int]) -> None:
        if self.failure is not None:
            raise self.failure
        self.committed[generation.incarnation] = starts


@dataclass
class Watcher:
    """Remembers how far it was told."""

    checked_bytes: int = 0
    written_points: int = 0

    def checking(self, of_bytes: int) -> OnBytes:
        def on_bytes(behind: int) -> None:
            assert behind <= of_bytes
            self.checked_bytes = behind

        return on_bytes

    def writing(self, of_points: int) -> OnPoints:
        def on_points(more: int) -> None:
            self.written_points += more
            assert self.written_points <= of_points

        return on_points


def put_back(
    path: Path,
    store: VectorStore,
    log: MemoryLog | None = None,
    *,
    suffix: str | None = None,
    collection: str = "products",
) -> Restored:
    with SnapshotFile(path) as snapshot:
        return restore(snapshot, store, log or MemoryLog(), Watcher(), collection=collection, suffix=suffix)
