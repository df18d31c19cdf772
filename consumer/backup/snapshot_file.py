"""A snapshot's file is read: twice, so that nothing is put back of one that is not whole."""

import gzip
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from consumer.backup.snapshot_format import SnapshotEnd, head_from_line, point_or_end
from consumer.errors import SnapshotUnusable
from vector_store import HasId, StoreError
from vector_store.points import Point, UpsertPoints
from vector_store.validation import check_operations

OnBytes = Callable[[int], None]
"""Called now and then with how many bytes of the file are behind."""

_LONGEST_LINE_BYTES = 64 * 2**20
_NEVER = HasId(frozenset())


class SnapshotFile:
    """An open snapshot, whose head is read. Raises SnapshotUnusable, in one line, wherever it is not one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._raw = path.open("rb")
        except OSError as error:
            raise SnapshotUnusable(f"{path} cannot be read: {error.strerror}") from error
        try:
            with self._unusable_if_damaged("is no snapshot"):
                self.size_bytes = os.fstat(self._raw.fileno()).st_size
                self.head = head_from_line(self._reader().readline(_LONGEST_LINE_BYTES))
        except SnapshotUnusable:
            self._raw.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._raw.close()

    def check(self, on_bytes: OnBytes) -> SnapshotEnd:
        """Read all of it, and compare it with what its end says. Blocks for as long as that takes."""
        found: SnapshotEnd | None = None
        points = 0
        dimension = self.head.generation.dimension
        for each in self._lines():
            if isinstance(each, SnapshotEnd):
                found = each
            else:
                with self._unusable_if_damaged("is damaged"):
                    check_operations([UpsertPoints((each,), _NEVER)], dimension)
                points += 1
                on_bytes(self._raw.tell())
        if found is None:
            raise SnapshotUnusable(f"{self._path} is cut off: its end is missing")
        if points != found.points:
            raise SnapshotUnusable(f"{self._path} is damaged: {points} of {found.points} points are there")
        return found

    def points(self) -> Iterator[Point]:
        """Its points in their order; `check` must have come first."""
        return (each for each in self._lines() if isinstance(each, Point))

    def _lines(self) -> Iterator[Point | SnapshotEnd]:
        """What comes after the head; nothing comes after the end."""
        digest = sha256()
        with self._unusable_if_damaged("is damaged"):
            reader = self._reader()
            digest.update(reader.readline(_LONGEST_LINE_BYTES))
            while line := reader.readline(_LONGEST_LINE_BYTES):
                each = point_or_end(line)
                if isinstance(each, SnapshotEnd):
                    if each.sha256 != digest.hexdigest() or reader.read(1):
                        raise ValueError("its content is not what was written")
                    yield each
                    return
                digest.update(line)
                yield each

    def _reader(self) -> gzip.GzipFile:
        self._raw.seek(0)
        return gzip.GzipFile(fileobj=self._raw, mode="rb")

    @contextmanager
    def _unusable_if_damaged(self, what: str) -> Iterator[None]:
        try:
            yield
        except EOFError as error:
            raise SnapshotUnusable(f"{self._path} is cut off, or was not written to its end") from error
        except gzip.BadGzipFile as error:
            raise SnapshotUnusable(f"{self._path} {what}: {error}") from error
        except OSError as error:
            raise SnapshotUnusable(f"{self._path} cannot be read: {error.strerror or error}") from error
        except (ValueError, KeyError, TypeError, zlib.error, StoreError) as error:
            said = " ".join(str(error).split())[:200]
            raise SnapshotUnusable(f"{self._path} {what}: {said}") from error
