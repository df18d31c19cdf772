"""The folder that the demo keeps its data in, claimed by one process at a time."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import portalocker

from standalone.errors import FolderInUse, FolderRefused, FolderUnusable
from standalone.memory import Memory

_MARKER = "demo.json"
_LOCK = "lock"
_OWN_FOLDERS = ("index", "broker", "logs", "models")
_CONTROL = "control.json"
# The engine maps files of some 200 MB, of which few are written at first. On a disk that fills up, writing
# to the rest kills the process with SIGBUS, and no line could say why: so the room is asked for beforehand.
_MIN_FREE_BYTES = 300_000_000


@dataclass(frozen=True, slots=True)
class DataFolder:
    """A claimed folder. What the demo owns in it has fixed names; nothing else is touched."""

    path: Path

    @property
    def index(self) -> Path:
        """The embedded engine's."""
        return self.path / "index"

    @property
    def broker(self) -> Path:
        """The embedded broker's."""
        return self.path / "broker"

    @property
    def logs(self) -> Path:
        """Where the parts say what they do."""
        return self.path / "logs"

    @property
    def models(self) -> Path:
        """The models that its generations were built by."""
        return self.path / "models"

    @property
    def control(self) -> Path:
        """Where a demo that runs says how it can be told something."""
        return control_of(self.path)

    def remembered(self) -> Memory:
        """What an earlier start left. Raises FolderUnusable."""
        return Memory.read(self.path / _MARKER)

    def remember(self, memory: Memory) -> None:
        """Leave it for later starts. Raises FolderUnusable."""
        memory.write(self.path / _MARKER)


def control_of(data_dir: Path) -> Path:
    """The same, of a folder that is not claimed."""
    return data_dir / _CONTROL


def memory_of(data_dir: Path) -> Memory:
    """What a demo left in a folder that need not be claimed. Raises FolderRefused, FolderUnusable."""
    if not (data_dir / _MARKER).exists():
        raise FolderRefused(
            f"{data_dir} is no data folder of a demo: start one there, or name its --data-dir"
        )
    return Memory.read(data_dir / _MARKER)


@contextmanager
def claim_data_folder(
    path: Path, *, reset: bool = False, min_free_bytes: int = _MIN_FREE_BYTES
) -> Iterator[DataFolder]:
    """Make the folder where it is missing and keep it from other demos; with `reset`, emptied of its data.

    Raises FolderRefused for a folder with other things in it, FolderInUse, FolderUnusable.
    """
    _mark(path)
    with _locked(path):
        folder = DataFolder(path)
        try:
            if reset:
                _delete_data(folder)
            folder.logs.mkdir(exist_ok=True)
            free_bytes = shutil.disk_usage(path).free
        except OSError as error:
            raise FolderUnusable(f"cannot use {path}: {error.strerror}; choose another --data-dir") from error
        if free_bytes < min_free_bytes:
            raise FolderUnusable(
                f"only {free_bytes // 1_000_000} MB are free on the disk of {path}, and the demo wants "
                f"{min_free_bytes // 1_000_000}: make room, or choose another --data-dir"
            )
        yield folder


def _mark(path: Path) -> None:
    try:
        if path.is_dir() and not (path / _MARKER).exists() and any(path.iterdir()):
            raise FolderRefused(
                f"{path} is not empty and no data folder of this demo: choose another --data-dir"
            )
        path.mkdir(parents=True, exist_ok=True)
        (path / _MARKER).touch()
    except (FileExistsError, NotADirectoryError) as error:
        raise FolderUnusable(f"{path} cannot be a folder: choose another --data-dir") from error
    except OSError as error:
        raise FolderUnusable(
            f"cannot write to {path}: {error.strerror}; choose another --data-dir"
        ) from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = portalocker.Lock(
        path / _LOCK, mode="a+", flags=portalocker.LOCK_EX | portalocker.LOCK_NB, timeout=0
    )
    try:
        file = lock.acquire()
    except portalocker.LockException as error:
        raise FolderInUse(
            f"{path} is in use by another demo{_holder(path / _LOCK)}: stop that one, or choose another "
            "--data-dir"
        ) from error
    except OSError as error:
        raise FolderUnusable(
            f"cannot write to {path}: {error.strerror}; choose another --data-dir"
        ) from error
    try:
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
    finally:
        lock.release()


def _holder(lock: Path) -> str:
    try:
        pid = lock.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return f" (process {pid})" if pid.isdecimal() else ""


def _delete_data(folder: DataFolder) -> None:
    # Forgotten first: a reset that is cut off must not leave an index that counts as complete.
    folder.remember(Memory())
    for name in _OWN_FOLDERS:
        own = folder.path / name
        if own.is_symlink():
            raise FolderRefused(f"{own} is a link, which this demo never makes: remove it yourself")
        if own.exists():
            shutil.rmtree(own)
