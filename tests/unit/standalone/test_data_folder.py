from pathlib import Path

import pytest

from standalone.data_folder import claim_data_folder
from standalone.errors import FolderInUse, FolderRefused, FolderUnusable
from standalone.memory import EMBEDDED, Memory

REMEMBERED = Memory(kafka=EMBEDDED, run_id="0a1b", image_port=8001, indexed_catalogue="feed")


def claim(path: Path, *, reset: bool = False) -> None:
    with claim_data_folder(path, reset=reset):
        pass


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    """A first start makes its folder, and remembers nothing."""
    with claim_data_folder(tmp_path / "cache" / "demo") as folder:
        assert folder.remembered() == Memory()
        assert folder.logs.is_dir()


def test_what_is_remembered_is_there_at_the_next_start(tmp_path: Path) -> None:
    """A second start reads what the first one left."""
    with claim_data_folder(tmp_path) as folder:
        folder.remember(REMEMBERED)
    with claim_data_folder(tmp_path) as folder:
        assert folder.remembered() == REMEMBERED


@pytest.mark.parametrize("reset", [False, True])
def test_a_folder_with_other_things_is_refused(tmp_path: Path, *, reset: bool) -> None:
    """A folder that is not empty and no demo's is left alone, whatever was asked for."""
    (tmp_path / "thesis.txt").write_text("years of work")
    (tmp_path / "index").mkdir()
    with pytest.raises(FolderRefused, match="--data-dir"):
        claim(tmp_path, reset=reset)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index", "thesis.txt"]


def test_a_reset_deletes_what_the_demo_owns_and_nothing_else(tmp_path: Path) -> None:
    """Index, broker, logs and memory go; what somebody put beside them stays."""
    with claim_data_folder(tmp_path) as folder:
        folder.remember(REMEMBERED)
        for own in (folder.index, folder.broker, folder.logs):
            (own / "deep").mkdir(parents=True)
            (own / "deep" / "file").write_text("x")
    (tmp_path / "notes.txt").write_text("mine")
    with claim_data_folder(tmp_path, reset=True) as folder:
        assert folder.remembered() == Memory()
        assert not folder.index.exists()
        assert not folder.broker.exists()
        assert list(folder.logs.iterdir()) == []
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_reset_follows_no_link(tmp_path: Path) -> None:
    """A link in the place of the demo's own folder is refused, and what it leads to stays."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").write_text("x")
    claim(tmp_path / "demo")
    (tmp_path / "demo" / "index").symlink_to(elsewhere)
    with pytest.raises(FolderRefused, match="link"):
        claim(tmp_path / "demo", reset=True)
    assert (elsewhere / "file").exists()


@pytest.mark.parametrize("reset", [False, True])
def test_one_demo_at_a_time(tmp_path: Path, *, reset: bool) -> None:
    """A folder in use is refused, a reset too, and the refusal names the process that has it."""
    with claim_data_folder(tmp_path) as folder:
        folder.remember(REMEMBERED)
        with pytest.raises(FolderInUse, match=r"process \d+.*--data-dir"):
            claim(tmp_path, reset=reset)
    with claim_data_folder(tmp_path) as folder:
        assert folder.remembered() == REMEMBERED


@pytest.mark.parametrize("below", ["file", "file/demo"])
def test_a_path_that_cannot_be_a_folder_is_one_line(tmp_path: Path, below: str) -> None:
    """A file in the way is said, with the way out."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(FolderUnusable, match="--data-dir"):
        claim(tmp_path / below)


def test_a_disk_that_is_nearly_full_is_said_at_once(tmp_path: Path) -> None:
    """Too little room is an error before anything is started."""
    with (
        pytest.raises(FolderUnusable, match=r"MB are free.*--data-dir"),
        claim_data_folder(tmp_path, min_free_bytes=10**18),
    ):
        pass


def test_a_damaged_memory_names_the_reset(tmp_path: Path) -> None:
    """What cannot be read is no reason for a traceback, and a reset mends it."""
    claim(tmp_path)
    (tmp_path / "demo.json").write_text("{")
    with pytest.raises(FolderUnusable, match="--reset"), claim_data_folder(tmp_path) as folder:
        folder.remembered()
    with claim_data_folder(tmp_path, reset=True) as folder:
        assert folder.remembered() == Memory()
