"""A snapshot's file is written beside its place, and moved there when it is whole."""

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from consumer.backup.snapshot_format import (
    SnapshotEnd,
    SnapshotHead,
    end_to_line,
    head_to_line,
    point_to_line,
)
from consumer.errors import BackupRefused
from vector_store.points import Point

_LEVEL = 1
"""Vectors do not get smaller by more work."""


class SnapshotWriter:
    """Takes points, those of records and others, in the order in which they are to be put back."""

    def __init__(self, file: IO[bytes], head: SnapshotHead) -> None:
        self._file = gzip.GzipFile("", "wb", _LEVEL, file)
        self._digest = sha256()
        self._records = self._others = 0
        self._write(head_to_line(head))

    def add(self, point: Point, *, is_record: bool) -> None:
        """Raises OSError."""
        self._write(point_to_line(point))
        if is_record:
            self._records += 1
        else:
            self._others += 1

    def finish(self) -> SnapshotEnd:
        """Write what makes it whole. Raises OSError."""
        end = SnapshotEnd(self._records, self._others, self._digest.hexdigest())
        self._file.write(end_to_line(end))
        self._file.close()
        return end

    def _write(self, line: bytes) -> None:
        self._digest.update(line)
        self._file.write(line)


@contextmanager
def file_in_place(path: Path) -> Iterator[IO[bytes]]:
    """A file to write, which has this path once the block ends well; else nothing is left of it.

    Raises BackupRefused where there is such a file already, or it cannot be written.
    """
    try:
        refuse_existing(path)
        with NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", suffix=".partial", delete=False
        ) as file:
            temporary = Path(file.name)
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                refuse_existing(path)
                temporary.rename(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise BackupRefused(f"{path} cannot be written: {error.strerror or error}") from error


def refuse_existing(path: Path) -> None:
    """Raises BackupRefused where a file has this path."""
    if path.exists():
        raise BackupRefused(f"{path} is there already; a snapshot never replaces a file")
