"""A snapshot is put back wholly or not at all, and reads on from where it stood."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from consumer.errors import BackupRefused, KafkaUnreachable, SnapshotUnusable
from tests.contract.memory_store import MemoryCollection, MemoryStore
from tests.contract.samples import a_generation, stored
from tests.unit.consumer.snapshots import (
    DAY_MS,
    NOW_MS,
    MemoryLog,
    a_head,
    put_back,
    some_points,
    write_snapshot,
)
from vector_store import Generation, GenerationMissing, StoreError, VectorStore
from vector_store.points import Operation


@pytest.fixture
def store() -> Iterator[MemoryStore]:
    with closing(MemoryStore()) as store:
        yield store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A snapshot of three products."""
    return write_snapshot(tmp_path / "file")


def nothing_made(store: VectorStore, log: MemoryLog) -> None:
    assert (store.generations(), store.promoted(), log.committed) == ([], None, {})


def test_a_generation_of_another_incarnation_reads_on(store: MemoryStore, tmp_path: Path) -> None:
    """It has the name, the points and the description, and its own group begins at the stored offsets."""
    log, head = MemoryLog(), a_head()
    restored = put_back(write_snapshot(tmp_path / "file", head), store, log)
    [there] = store.generations()
    taken = head.generation
    assert there.incarnation != taken.incarnation
    assert replace(there, incarnation=taken.incarnation) == taken
    assert stored(store.open(there.name)) == {each.id: each.payload for each in some_points()}
    assert log.committed == {there.incarnation: {("products", 0): 7}}
    assert (restored.generation, store.promoted()) == (there, None)


def test_a_taken_name_needs_a_suffix(store: MemoryStore, path: Path) -> None:
    """The one that is there is left alone; with a suffix the snapshot is put back beside it."""
    store.create(a_generation())
    with pytest.raises(BackupRefused, match="--suffix"):
        put_back(path, store)
    assert put_back(path, store, suffix="back").generation.name == "products-0a1b2c3d-back"
    assert stored(store.open("products-0a1b2c3d")) == {}


def test_another_shops_snapshot_is_refused(store: MemoryStore, path: Path) -> None:
    """Its generation's name says whose it is."""
    log = MemoryLog()
    with pytest.raises(BackupRefused, match="COLLECTION=shoes"):
        put_back(path, store, log, collection="shoes")
    nothing_made(store, log)


def test_nothing_is_made_of_a_damaged_file(path: Path) -> None:
    """Not even of one whose last byte is missing, and not even hidden."""

    class Untouched(MemoryStore):
        def create_hidden(self, generation: Generation) -> MemoryCollection:
            raise AssertionError(f"{generation.name} was begun")

    path.write_bytes(path.read_bytes()[:-1])
    log = MemoryLog()
    with closing(Untouched()) as store:
        with pytest.raises(SnapshotUnusable):
            put_back(path, store, log)
        nothing_made(store, log)


LOGS = {
    "events after it are gone": (
        MemoryLog(ends={("products", 0): (8, 9), ("products", 1): (0, 0)}),
        "begins at 8",
    ),
    "a partition that it has not read has lost events": (
        MemoryLog(ends={("products", 0): (0, 9), ("products", 1): (1, 2)}),
        "has no committed offset",
    ),
    "deletes after it are forgotten": (
        MemoryLog(deletes_kept_ms={"products": DAY_MS}, now_ms=NOW_MS + 2 * DAY_MS),
        "deletes",
    ),
    "it has read more than there is": (
        MemoryLog(ends={("products", 0): (0, 6), ("products", 1): (0, 0)}),
        "ends at 6",
    ),
    "it has read a partition that is not there": (
        MemoryLog(ends={("products", 1): (0, 0)}),
        "no partition 0",
    ),
}


@pytest.mark.parametrize(("log", "said"), LOGS.values(), ids=LOGS.keys())
def test_a_log_that_does_not_lead_on_is_told(
    store: MemoryStore, path: Path, log: MemoryLog, said: str
) -> None:
    """The consumer would stop at the gap, or skip it: so nothing is made, and one line says why."""
    with pytest.raises(BackupRefused, match=said) as caught:
        put_back(path, store, log)
    assert len(str(caught.value).splitlines()) == 1
    nothing_made(store, log)


def test_an_old_snapshot_that_the_log_has_nothing_after_is_put_back(store: MemoryStore, path: Path) -> None:
    """Where nothing is to be read, no delete can be missed."""
    log = MemoryLog(
        ends={("products", 0): (3, 7), ("products", 1): (0, 0)},
        deletes_kept_ms={"products": DAY_MS},
        now_ms=NOW_MS + 2 * DAY_MS,
    )
    put_back(path, store, log)
    assert len(store.generations()) == 1


def test_offsets_that_cannot_be_committed_leave_nothing(store: MemoryStore, path: Path) -> None:
    """A generation without its offsets would read the topics from their beginning: it never appears."""
    log = MemoryLog(failure=KafkaUnreachable("away"))
    with pytest.raises(KafkaUnreachable):
        put_back(path, store, log)
    nothing_made(store, log)
    with pytest.raises(GenerationMissing):
        store.reveal(a_generation().name)


def test_it_is_seen_only_once_its_offsets_are_committed(store: MemoryStore, path: Path) -> None:
    """Neither while points are written nor before the group begins where it should."""
    seen: list[int] = []

    class Looking(MemoryLog):
        def commit(self, generation: object, starts: object) -> None:
            seen.append(len(store.generations()))

    put_back(path, store, Looking())
    assert (seen, len(store.generations())) == ([0], 1)


class Killed(BaseException):
    """The process is no more."""


class DyingStore(MemoryStore):
    """Ends its process before one of its operations."""

    def __init__(self, lives: int) -> None:
        super().__init__()
        self._lives = lives

    def create_hidden(self, generation: Generation) -> MemoryCollection:
        collection = super().create_hidden(generation)
        apply = collection.apply

        def dying(operations: Sequence[Operation]) -> None:
            self._live()
            apply(operations)
            self._live()

        collection.apply = dying  # type: ignore[method-assign]
        return collection

    def reveal(self, name: str) -> None:
        self._live()
        super().reveal(name)

    def drop(self, name: str) -> None:
        if self._lives < 0:
            raise StoreError("a dead process drops nothing")
        super().drop(name)

    def _live(self) -> None:
        self._lives -= 1
        if self._lives < 0:
            raise Killed


@pytest.mark.parametrize("lives", range(3))
def test_a_restoration_that_was_cut_off_is_begun_anew(path: Path, lives: int) -> None:
    """Wherever it ended: nothing is seen of it, and the same call makes it whole."""
    dying = DyingStore(lives)
    with pytest.raises(Killed):
        put_back(path, dying)
    assert dying.generations() == []
    with closing(MemoryStore(dying)) as after:
        put_back(path, after)
        assert set(stored(after.open(a_generation().name))) == {each.id for each in some_points()}


def test_who_has_taken_the_name_meanwhile_keeps_it(path: Path) -> None:
    """A generation that another process made under this name while points were written is not removed."""

    with closing(MemoryStore()) as shop:

        class Raced(MemoryLog):
            def commit(self, generation: object, starts: object) -> None:
                shop.create(a_generation())

        with pytest.raises(StoreError):
            put_back(path, shop, Raced())
        assert len(shop.generations()) == 1
