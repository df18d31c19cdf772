"""Products in a file, whatever its format."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from producer_examples.python.importing.file_times import state_of
from producer_examples.python.importing.source import BadDocument, SourceDocument, SourceError

ReadFile = Callable[[Path], Iterator[tuple[str, dict[str, Any]] | BadDocument]]
"""Yields the documents of a file with their places. Raises SourceError, UnicodeDecodeError and OSError."""


class FileSource:
    """A file that was exported once. as_of: when, if not when the file was written."""

    is_live: Final = False

    def __init__(self, path: Path, read: ReadFile, *, as_of: datetime | None = None) -> None:
        self._path = path
        self._read = read
        self._state = state_of(path)
        self._as_of = as_of or self._state.written_at
        self.description = f"file {path.resolve()}"

    def count(self) -> int | None:
        return sum(1 for _ in self._items())

    def documents(self) -> Iterator[SourceDocument | BadDocument]:
        for item in self._items():
            if isinstance(item, BadDocument):
                yield item
            else:
                yield SourceDocument(item[0], item[1], self._as_of)

    def reread(self, product_ids: Sequence[str]) -> list[SourceDocument]:
        raise AssertionError("a file is read once")

    def check_unchanged(self) -> None:
        if state_of(self._path) != self._state:
            raise SourceError(f"{self._path} was written while it was read: import it again")

    def raise_version(self, product_id: str, *, path: str, seen: int | None, to: int) -> bool:
        raise AssertionError("a file is only read")

    def close(self) -> None:
        """Nothing stays open."""

    def _items(self) -> Iterator[tuple[str, dict[str, Any]] | BadDocument]:
        try:
            yield from self._read(self._path)
        except UnicodeDecodeError as error:
            raise SourceError(f"{self._path} is not UTF-8: {error.reason} at byte {error.start}") from error
        except OSError as error:
            raise SourceError(f"{self._path}: {error.strerror}") from error
