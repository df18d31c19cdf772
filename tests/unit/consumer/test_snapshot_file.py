"""A snapshot's file: what was written is read, and nothing else is taken for a snapshot."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from consumer.backup.snapshot_file import SnapshotFile
from consumer.backup.snapshot_format import head_to_line
from consumer.backup.snapshot_writer import file_in_place
from consumer.errors import BackupRefused, SnapshotUnusable
from tests.contract.samples import number_id, vector_of
from tests.unit.consumer.snapshots import a_head, some_points, write_snapshot
from vector_store.points import Point


def read(path: Path) -> list[Point]:
    with SnapshotFile(path) as snapshot:
        snapshot.check(lambda _: None)
        return list(snapshot.points())


def refusal(path: Path) -> str:
    with pytest.raises(SnapshotUnusable) as caught:
        read(path)
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    assert str(path) in said
    return said


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Head and points come back, vectors to the last bit, in their order, as often as one likes."""
    head, points = a_head(), some_points()
    path = write_snapshot(tmp_path / "file", head, points)
    with SnapshotFile(path) as snapshot:
        assert snapshot.head == head
        end = snapshot.check(lambda _: None)
        assert (end.records, end.other_points) == (3, 3)
        for found in (list(snapshot.points()), list(snapshot.points())):
            assert [(each.id, each.payload) for each in found] == [(each.id, each.payload) for each in points]
            for one, other in zip(found, points, strict=True):
                assert (one.vector is None) == (other.vector is None)
                if one.vector is not None and other.vector is not None:
                    assert one.vector.dtype == np.float32
                    assert one.vector.tobytes() == other.vector.tobytes()


def test_a_file_that_is_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    """However much of it is there: one line that says so."""
    whole = write_snapshot(tmp_path / "whole").read_bytes()
    cut = tmp_path / "cut"
    for length in range(0, len(whole), 7):
        cut.write_bytes(whole[:length])
        refusal(cut)
    cut.write_bytes(whole[:-1])
    assert "cut off" in refusal(cut)


def test_a_file_whose_end_was_never_written_is_refused(tmp_path: Path) -> None:
    """Well compressed and without its last line, it is not whole."""
    lines = gzip.decompress(write_snapshot(tmp_path / "whole").read_bytes()).splitlines(keepends=True)
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(b"".join(lines[:-1])))
    assert "cut off" in refusal(path)


def test_a_file_that_lacks_a_line_is_refused(tmp_path: Path) -> None:
    """A point that is missing, is there twice or comes after the end is noticed."""
    lines = gzip.decompress(write_snapshot(tmp_path / "whole").read_bytes()).splitlines(keepends=True)
    path = tmp_path / "file"
    for changed in ([*lines[:2], *lines[3:]], [*lines[:3], *lines[2:]], [*lines, lines[2]]):
        path.write_bytes(gzip.compress(b"".join(changed)))
        assert "damaged" in refusal(path)


def test_another_content_is_noticed(tmp_path: Path) -> None:
    """Well compressed, of as many points, and not what was written."""
    content = gzip.decompress(write_snapshot(tmp_path / "whole").read_bytes())
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(content.replace(b"Product p1", b"Product p9")))
    assert "not what was written" in refusal(path)


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    """Wherever it is; the header of the compression's own has parts that mean nothing."""
    whole = write_snapshot(tmp_path / "whole").read_bytes()
    path = tmp_path / "file"
    for place in range(10, len(whole), 11):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        refusal(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"hello",
        gzip.compress(b""),
        gzip.compress(b"hello\nworld\n"),
        gzip.compress(b"[]\n"),
        gzip.compress(b'{"format": "tar"}\n'),
        gzip.compress(head_to_line(a_head()).replace(b'"positions":[', b'"positions":[7,')),
        gzip.compress(head_to_line(a_head()).replace(b'"dimension":8', b'"dimension":"8"')),
    ],
    ids=[
        "empty",
        "a zip file",
        "text",
        "nothing compressed",
        "text compressed",
        "a list",
        "another format",
        "a broken position",
        "a broken dimension",
    ],
)
def test_another_file_is_no_snapshot(tmp_path: Path, content: bytes) -> None:
    """Nothing, text, another program's or a head that says nothing: one line."""
    path = tmp_path / "file"
    path.write_bytes(content)
    refusal(path)


def test_a_file_of_a_newer_release_is_told(tmp_path: Path) -> None:
    """The line says which format it is of."""
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(head_to_line(a_head()).replace(b'"version":1,', b'"version":2,')))
    assert "version 2" in refusal(path)


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    """It is not there, or is a folder."""
    with pytest.raises(SnapshotUnusable) as caught:
        SnapshotFile(tmp_path / name)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "point",
    [
        Point("not-a-uuid", {}),
        Point(number_id(1), {}, vector_of("x")[:3]),
        Point(number_id(1), {}, np.full(8, np.nan, dtype=np.float32)),
    ],
)
def test_points_that_no_engine_must_get_are_refused(tmp_path: Path, point: Point) -> None:
    """They are found when the file is checked, before anything is made."""
    assert "damaged" in refusal(write_snapshot(tmp_path / "file", points=[point]))


def test_a_file_is_never_replaced(tmp_path: Path) -> None:
    """What is there stays as it is."""
    path = tmp_path / "file"
    path.write_bytes(b"mine")
    with pytest.raises(BackupRefused, match="there already"):
        write_snapshot(path)
    assert path.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_left_of_a_snapshot_that_fails(tmp_path: Path) -> None:
    """Neither the file nor what was written of it; and nobody else may read what is."""
    path = tmp_path / "file"

    def be_interrupted() -> None:
        with file_in_place(path) as file:
            file.write(b"something")
            assert [each.stat().st_mode & 0o077 for each in tmp_path.iterdir()] == [0]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        be_interrupted()
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """One line that names the file."""
    with pytest.raises(BackupRefused, match="missing/file cannot be written"):
        write_snapshot(tmp_path / "missing" / "file")
