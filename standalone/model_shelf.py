"""The models of a demo's generations, beside its index: a later start must find them by version."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from model.onnx_embedder import read_info
from standalone.errors import FolderUnusable


def shelve_model(file: Path, shelf: Path) -> Path:
    """Copy an exported model to the shelf, unless it is there; returns the copy.

    Raises ModelError for a file that is none, FolderUnusable.
    """
    copy = shelf / f"{read_info(file).model_version}.onnx"
    if copy.exists():
        return copy
    half = copy.with_suffix(f".{os.getpid()}.half")
    try:
        shelf.mkdir(exist_ok=True)
        shutil.copyfile(file, half)
        half.replace(copy)
    except OSError as error:
        with suppress(OSError):
            half.unlink()
        raise FolderUnusable(f"cannot write to {shelf}: {error.strerror}") from error
    return copy
