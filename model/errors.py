"""What can go wrong in this room.

    ModelError
    ├── ModelFileError          a model file cannot be served
    │   ├── ModelFileMissing    there is no such file
    │   └── ModelFileInvalid    it is damaged, or it is not one of ours
    ├── ModelVersionMissing     no file here holds the model that an index was built by
    ├── BadEmbedding            a model answered with numbers that no index may hold
    ├── TorchMissing            torch is needed and not installed
    ├── ProviderMissing         ONNX Runtime cannot compute with what it is told to
    ├── ExportRefused           the exported graph does not do what the torch model does
    ├── CheckpointError         a checkpoint cannot be taken over
    │   ├── CheckpointUnreadable    missing, damaged, or holding no tensors
    │   ├── CheckpointUnsafe        a pickle that would run code
    │   └── CheckpointMismatch      its keys do not fit the backbone
    ├── TrainingDataInvalid     the folder of photos cannot be read
    └── TrainingStateInvalid    an interrupted training cannot be resumed

Every message is one line for the person who reads a log.
"""

from pathlib import Path


class ModelError(Exception):
    """Any failure of this room; `str()` is one line."""


class ModelFileError(ModelError):
    """A model file cannot be served. `path` names it."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = " ".join(reason.split())
        super().__init__(f"{path}: {self.reason}")


class ModelFileMissing(ModelFileError):
    """There is no such model file."""


class ModelFileInvalid(ModelFileError):
    """The model file is damaged, or was not exported by `python -m model export`."""


class ModelVersionMissing(ModelError):
    """No file on this machine holds the model version that is asked for. `model_version` names it."""

    def __init__(self, model_version: str) -> None:
        self.model_version = model_version
        super().__init__(
            f"the index was built by model {model_version}, and neither MODEL_PATH nor MODEL_DIR has it here"
        )


class BadEmbedding(ModelError):
    """A model answered with a wrong shape, or with NaN, infinite or unnormalised numbers.

    `rows` are the affected positions in the batch; empty when the answer as a whole is wrong.
    """

    def __init__(self, reason: str, rows: tuple[int, ...] = ()) -> None:
        self.rows = rows
        super().__init__(reason)


class TorchMissing(ModelError):
    """torch is needed for what was asked, and is not installed."""

    def __init__(self, what_for: str) -> None:
        super().__init__(f"{what_for} needs torch, which is not installed: pip install -r requirements.txt")


class ProviderMissing(ModelError):
    """ONNX Runtime cannot compute with what EMBEDDER_PROVIDERS names."""

    def __init__(self, provider: str, reason: str) -> None:
        super().__init__(f"EMBEDDER_PROVIDERS: no {provider[:100]!r} here: {reason}")


class ExportRefused(ModelError):
    """The exported graph does not answer as the torch model does, or is too large; nothing was written."""


class CheckpointError(ModelError):
    """A checkpoint cannot be taken over. `path` names it."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


class CheckpointUnreadable(CheckpointError):
    """The checkpoint is missing, damaged, or holds no tensors."""


class CheckpointUnsafe(CheckpointError):
    """The checkpoint is a pickle that names code; loading it would run that code."""


class CheckpointMismatch(CheckpointError):
    """The checkpoint's keys do not fit the backbone.

    `missing`, `unexpected` and `misshaped` list the keys; the message names the first of each.
    """

    def __init__(
        self,
        path: Path,
        reason: str,
        *,
        missing: tuple[str, ...] = (),
        unexpected: tuple[str, ...] = (),
        misshaped: tuple[str, ...] = (),
    ) -> None:
        self.missing = missing
        self.unexpected = unexpected
        self.misshaped = misshaped
        super().__init__(path, reason)


class TrainingDataInvalid(ModelError):
    """The folder of photos or its images.csv cannot be read."""


class TrainingStateInvalid(ModelError):
    """There is no interrupted training to resume, it is damaged, or it is another one."""
