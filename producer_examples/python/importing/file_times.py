"""What a file was when it was read."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from producer_examples.python.importing.source import SourceError


@dataclass(frozen=True, slots=True)
class FileState:
    """When a file was written, and its size in bytes."""

    written_at: datetime
    size_bytes: int
    inode: int


def state_of(path: Path) -> FileState:
    """Raises SourceError."""
    try:
        found = path.stat()
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error
    return FileState(datetime.fromtimestamp(found.st_mtime, UTC), found.st_size, found.st_ino)
