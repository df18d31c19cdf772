"""Which file holds a model version: MODEL_PATH or one of MODEL_DIR."""

from collections.abc import Iterator
from pathlib import Path

from model.embedder import Embedder
from model.errors import ModelFileError, ModelVersionMissing
from model.load_embedder import load_embedder
from model.onnx_embedder import read_info
from model.settings import ModelSettings


class ModelFiles:
    """Finds exported models by version; what a file is, is remembered while it stays unchanged."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._versions: dict[tuple[Path, int, int], str] = {}

    def load(self, model_version: str) -> Embedder:
        """The embedder of this version. Blocks while files are read.

        Raises ModelVersionMissing; ModelError where the file that has it cannot be served.
        """
        for path in self._candidates():
            if self._version_of(path) == model_version:
                return load_embedder(self._settings, path)
        raise ModelVersionMissing(model_version)

    def _candidates(self) -> Iterator[Path]:
        yield self._settings.model_path
        yield from sorted(self._settings.model_dir.glob("*.onnx"))

    def _version_of(self, path: Path) -> str | None:
        try:
            status = path.stat()
            known = (path, status.st_mtime_ns, status.st_size)
            if known not in self._versions:
                self._versions[known] = read_info(path).model_version
            return self._versions[known]
        except (OSError, ModelFileError):
            # Another file may be the right one; that none is, is what the caller says.
            return None
