"""The embedded engine's folder: what a crash leaves, who may open it, and what is said of a damaged one."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.contract.samples import EVERYTHING, a_generation, insert, number_id, vector_of
from vector_store import (
    Equals,
    ProductIndex,
    StoreCorrupt,
    StoreError,
    StoreLocked,
    StoreUnavailable,
)
from vector_store.edge import EdgeStore
from vector_store.edge.collection import EdgeCollection
from vector_store.points import Point

REPOSITORY = Path(__file__).parents[2]
GENERATION = a_generation()
OPENS = (
    "import sys; from pathlib import Path; from vector_store.edge import EdgeStore as E; E(Path(sys.argv[1]))"
)
TRIES_TO_OPEN = """
import sys
from pathlib import Path
from vector_store import StoreCorrupt
from vector_store.edge import EdgeStore
try:
    EdgeStore(Path(sys.argv[1])).open(sys.argv[2])
except StoreCorrupt as error:
    sys.exit(f"error: {error}")
"""


@pytest.mark.parametrize("writes", [1, 5, 30])
def test_what_was_applied_outlives_a_kill(tmp_path: Path, writes: int) -> None:
    """A process that is killed without warning while it writes has lost nothing that `apply` returned for."""
    command = [sys.executable, "-m", "tests.contract.endless_writer", str(tmp_path)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        try:
            applied = [int(writer.stdout.readline()) for _ in range(writes)]
        finally:
            writer.kill()
        applied += [int(line) for line in writer.stdout.read().split("\n") if line]
    with closing(EdgeStore(tmp_path)) as store:
        index = ProductIndex(store.open(GENERATION.name))
        records = index.records(f"p{state % 7}" for state in applied)
        newest = {f"p{state % 7}": state for state in applied}
        assert {
            each: records[each].stamp.revision // 2 >= state for each, state in newest.items()
        } == dict.fromkeys(newest, True)
        seen = {each.record.product_id for each in index.similar(vector_of("x"), limit=20)}
        assert seen == set(records)


def test_a_folder_is_one_processes(tmp_path: Path) -> None:
    """While one process has the folder, another is told so in one line; afterwards it is free."""
    command = [sys.executable, "-c", OPENS, str(tmp_path)]
    with closing(EdgeStore(tmp_path)):
        refused = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        with pytest.raises(StoreLocked) as caught:
            EdgeStore(tmp_path)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1] == f"vector_store.errors.StoreLocked: {caught.value}"
    assert subprocess.run(command, cwd=REPOSITORY, check=False).returncode == 0


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    """A path through a file gives one line, not a traceback of the operating system's."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable) as caught:
        EdgeStore(tmp_path / "file" / "index")
    assert len(str(caught.value).splitlines()) == 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed store of one promoted generation with twenty points."""
    return filled(tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, for tests that put back what they damage: making one takes an engine long."""
    return filled(tmp_path_factory.mktemp("whole"))


def filled(folder: Path) -> Path:
    with closing(EdgeStore(folder)) as store:
        insert(
            store.create(GENERATION), [Point(number_id(n), {"n": n}, vector_of(str(n))) for n in range(20)]
        )
        store.promote(GENERATION.name)
    return folder


@contextmanager
def damaged(file: Path, content: bytes) -> Iterator[None]:
    """With other content in a file, for a while."""
    kept = file.read_bytes()
    file.write_bytes(content)
    try:
        yield
    finally:
        file.write_bytes(kept)


def refuses(
    folder: Path, call: Callable[[EdgeStore], object], error: type[StoreError] = StoreCorrupt
) -> None:
    with closing(EdgeStore(folder)) as store:
        with pytest.raises(error) as caught:
            call(store)
        assert len(str(caught.value).splitlines()) == 1


DESCRIPTIONS = {
    "empty": b"",
    "cut off": b'{"name": "products-0a1b',
    "no text": b"\xff\xfe",
    "a list": b"[]",
    "without fields": b"{}",
    "of a number": b'{"name": 7}',
    "of another generation": str(a_generation("other").to_json()).replace("'", '"').encode(),
    "of no name": str({**GENERATION.to_json(), "name": "../x"}).replace("'", '"').encode(),
    "of a wrong type": str({**GENERATION.to_json(), "dimension": "8"}).replace("'", '"').encode(),
}


@pytest.mark.parametrize("content", DESCRIPTIONS.values(), ids=DESCRIPTIONS.keys())
def test_a_damaged_description_is_told(whole: Path, content: bytes) -> None:
    """A generation whose description cannot be read is neither opened nor passed over in a list."""
    with damaged(whole / "generations" / GENERATION.name / "generation.json", content):
        refuses(whole, EdgeStore.generations)
        refuses(whole, lambda store: store.open(GENERATION.name))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"{}",
        b'{"promoted": 7}',
        b'{"promoted": ["a\\nb"]}',
        b'{"promoted": null}',
        b'{"promoted": "products-0a1b2c3d", "previous": 7}',
        b"null",
    ],
)
def test_a_damaged_alias_is_told(whole: Path, content: bytes) -> None:
    """An alias that cannot be read is no missing alias: nothing is promoted in its place, nothing dropped."""
    with damaged(whole / "alias-products.json", content):
        refuses(whole, EdgeStore.promoted)
        refuses(whole, lambda store: store.drop(GENERATION.name))
    assert (whole / "generations" / GENERATION.name / "generation.json").exists()


@pytest.mark.parametrize(
    "damage", ["no shard", "edge_config.json", "segment.json", "payload_storage/config.json"]
)
def test_a_damaged_shard_is_told_when_it_is_opened(folder: Path, damage: str) -> None:
    """A shard whose files are not the engine's does not open, and the error names the generation."""
    shard = folder / "generations" / GENERATION.name / "shard"
    if damage == "no shard":
        shard.rename(folder / "elsewhere")
    else:
        (found,) = shard.rglob(damage)
        found.write_bytes(b"\xde\xad\xbe\xef")
    refuses(folder, lambda store: store.open(GENERATION.name))


def test_a_shard_that_turns_out_damaged_is_told(folder: Path) -> None:
    """Payloads that cannot be read back are an error of one line, the engine's panics included."""
    (payloads,) = (folder / "generations").rglob("payload_storage/page_0.dat")
    payloads.write_bytes(b"\xde\xad\xbe\xef" * 1_000)
    refuses(folder, lambda store: store.open(GENERATION.name).scroll(EVERYTHING, limit=100))
    refuses(folder, lambda store: store.open(GENERATION.name).count(Equals("n", 3)))


def test_a_panic_while_a_shard_is_opened_stays_off_the_terminal(folder: Path) -> None:
    """The engine prints a hundred lines before it raises; the operator gets one."""
    tracker = next((folder / "generations").rglob("payload_index/*/tracker.dat"))
    tracker.write_bytes(b"\xde\xad\xbe\xef" * 16)
    command = [sys.executable, "-c", TRIES_TO_OPEN, str(folder), GENERATION.name]
    refused = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    [line] = refused.stderr.splitlines()
    assert line.startswith(f"error: generation {GENERATION.name} in ")


def test_a_full_disk_may_pass(whole: Path) -> None:
    """What the engine says of the disk may pass; what else it says is a fault that stays."""
    with closing(EdgeStore(whole)) as store:
        collection = store.open(GENERATION.name)
        with pytest.raises(StoreUnavailable, match="No space left"), collection._open_shard():
            raise RuntimeError(
                "Service runtime error: No space left on device (os error 28)\nstack backtrace"
            )
        with pytest.raises(StoreCorrupt), collection._open_shard():
            raise RuntimeError("Service runtime error: Failed to decode value")


def test_a_creation_that_was_cut_off_is_started_again(folder: Path) -> None:
    """A folder without its description is nobody's: it is not listed, and the name can be used."""
    (folder / "generations" / GENERATION.name / "generation.json").unlink()
    with closing(EdgeStore(folder)) as store:
        assert store.generations() == []
        assert store.create(GENERATION).count(EVERYTHING) == 0


def test_an_alias_of_an_older_release_is_read(folder: Path) -> None:
    """A file that names only the promoted generation is read, and the next promotion completes it."""
    (folder / "alias-products.json").write_text(f'{{"promoted": "{GENERATION.name}"}}', "utf-8")
    newer = a_generation("newer")
    with closing(EdgeStore(folder)) as store:
        assert (store.promoted(), store.previous()) == (GENERATION.name, None)
        store.create(newer)
        store.promote(newer.name)
        assert (store.promoted(), store.previous()) == (newer.name, GENERATION.name)


def test_shops_of_different_aliases_keep_theirs_apart(whole: Path) -> None:
    """Each collection name has an alias of its own in one folder."""
    with closing(EdgeStore(whole, "shoes")) as store:
        assert store.promoted() is None
        assert [each.name for each in store.generations()] == [GENERATION.name]


def test_a_write_on_a_full_disk_is_refused_before_the_engine_meets_it(whole: Path) -> None:
    """Its files are mapped: a full disk would end the whole process instead of the call."""
    asked: list[Path] = []

    def full(folder: Path) -> None:
        asked.append(folder)
        raise StoreUnavailable("full")

    with closing(EdgeStore(whole)) as store:
        opened = store.open(GENERATION.name)
        collection = EdgeCollection(GENERATION, opened._shard_or_missing(), whole, require_room=full)
        before = opened.count(EVERYTHING)
        with pytest.raises(StoreUnavailable):
            insert(collection, [Point(number_id(99), {"n": 99})])
        assert asked == [whole]
        assert opened.count(EVERYTHING) == before
