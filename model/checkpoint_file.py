"""Reads a checkpoint that somebody else's training wrote, without running anything that it holds."""

import argparse
import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.torch
import torch
from torch import Tensor

from model.errors import CheckpointUnreadable, CheckpointUnsafe

_WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "network")
_NAMED_CODE = re.compile(r"GLOBAL (\S+)")

_NUMPY_SCALAR = np.float64(0).__reduce__()[0]
# Plain values that training scripts store beside the tensors: a best score, the command line. None runs code.
_HARMLESS: list[Any] = [
    argparse.Namespace,
    np.dtype,
    _NUMPY_SCALAR,
    (_NUMPY_SCALAR, "numpy.core.multiarray.scalar"),
    *(type(np.dtype(name)) for name in ("bool", "int32", "int64", "float16", "float32", "float64")),
]


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """The tensors of a .safetensors file or of what torch.save wrote, out of `state_dict` and the like.

    CheckpointUnreadable; CheckpointUnsafe for a pickle that names code, which is not run.
    """
    if not path.is_file():
        raise CheckpointUnreadable(path, "there is no such checkpoint")
    content = _read_safetensors(path) if path.suffix == ".safetensors" else _read_pickle(path)
    while wrapper := next((name for name in _WRAPPERS if isinstance(content.get(name), Mapping)), None):
        content = content[wrapper]
    tensors = {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
    if not tensors:
        keys = ", ".join(str(key) for key in list(content)[:10]) or "none"
        raise CheckpointUnreadable(path, f"it holds no tensors; its keys: {keys}")
    return tensors


def _read_safetensors(path: Path) -> Mapping[Any, Any]:
    try:
        return safetensors.torch.load_file(path)
    except (safetensors.SafetensorError, OSError) as error:
        raise CheckpointUnreadable(path, f"safetensors cannot read it: {error}") from error


def _read_pickle(path: Path) -> Mapping[Any, Any]:
    try:
        with torch.serialization.safe_globals(_HARMLESS):
            content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if code := _NAMED_CODE.search(str(error)):
            raise CheckpointUnsafe(
                path,
                f"it names code ({code[1]}) that loading it would run; "
                "save the weights alone: torch.save(model.state_dict(), …)",
            ) from None
        raise CheckpointUnreadable(path, "it is damaged, or was not written by torch.save") from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = (str(error).splitlines() or [""])[0][:200]
        raise CheckpointUnreadable(path, f"torch cannot read it: {reason}") from error
    if not isinstance(content, Mapping):
        raise CheckpointUnreadable(path, f"it holds a {type(content).__name__}, not named tensors")
    return content
