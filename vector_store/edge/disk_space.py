"""Room on the disk, asked for before every write.

The engine maps its files, whose pages get their place on the disk only when they are written: on a full disk
that is no error of any call but a SIGBUS, the end of the whole process without a word.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from stat import S_ISREG

from vector_store.errors import StoreUnavailable

RESERVE_BYTES = 64 * 2**20
"""More than the largest batch of writes takes, its log and the pages that it begins included."""


def free_bytes(folder: Path) -> int:
    """How much may still be written on the folder's disk. Raises OSError."""
    return shutil.disk_usage(folder).free


def require_room(folder: Path, more_bytes: int = 0, *, free: Callable[[Path], int] = free_bytes) -> None:
    """Raises StoreUnavailable where less than the reserve, and this much more, is free."""
    try:
        left, needed = free(folder), RESERVE_BYTES + more_bytes
    except OSError as error:
        raise StoreUnavailable(f"{folder}: {error.strerror}") from error
    if left < needed:
        raise StoreUnavailable(
            f"the disk of {folder} is full: {left / 2**20:.0f} MiB are free, and {needed / 2**20:.0f} MiB "
            "must be before anything is written"
        )


def taken_bytes(folder: Path) -> int:
    """What the folder's files take of the disk, the holes in them left out."""
    return sum(map(_taken_by, folder.rglob("*")))


def _taken_by(path: Path) -> int:
    try:
        found = path.lstat()
    except FileNotFoundError:
        # The engine replaces its files while they are counted.
        return 0
    return found.st_blocks * 512 if S_ISREG(found.st_mode) else 0
