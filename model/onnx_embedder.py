"""The embedder that serves: ONNX Runtime, without torch."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from model.checked_embedder import CheckedEmbedder
from model.errors import BadEmbedding, ModelFileInvalid, ModelFileMissing
from model.execution_providers import named_providers, require_active
from model.model_info import ModelInfo
from model.onnx_runtime import onnxruntime, onnxruntime_pybind11_state
from model.preprocessing import Pixels
from model.probe import Embeddings

INPUT_NAME = "pixels"
OUTPUT_NAME = "embedding"

# ONNX Runtime's exceptions share no base class of their own.
_RUNTIME_ERRORS: tuple[type[Exception], ...] = tuple(
    value
    for value in vars(onnxruntime_pybind11_state).values()
    if isinstance(value, type) and issubclass(value, Exception)
)


class OnnxEmbedder(CheckedEmbedder):
    """Serves one exported .onnx file; an `Embedder`.

    Loading blocks for some 100 ms and tests the file by its probe. ModelFileMissing, ModelFileInvalid,
    ProviderMissing. `threads`: cores that one call may use (None: all). `providers`: what it computes with,
    by preference. Several threads may call at once.
    """

    def __init__(self, path: Path, threads: int | None = None, providers: Sequence[str] = ("cpu",)) -> None:
        self._session = _open_session(path, threads, providers)
        info = ModelInfo.from_metadata(self._session.get_modelmeta().custom_metadata_map, path)
        super().__init__(path, info)
        self._check_signature()
        self.check_probe()

    def _run(self, batch: Pixels) -> Embeddings:
        try:
            (embeddings,) = self._session.run([OUTPUT_NAME], {INPUT_NAME: batch})
        except _RUNTIME_ERRORS as error:
            raise BadEmbedding(f"ONNX Runtime failed on a batch of {len(batch)}: {error}") from error
        return np.asarray(embeddings)

    def _check_signature(self) -> None:
        size_px = self.preprocessing.size_px
        inputs = [(node.name, node.type, list(node.shape[1:])) for node in self._session.get_inputs()]
        outputs = [(node.name, node.type, list(node.shape[1:])) for node in self._session.get_outputs()]
        if inputs != [(INPUT_NAME, "tensor(uint8)", [size_px, size_px, 3])] or outputs != [
            (OUTPUT_NAME, "tensor(float)", [self.dimension])
        ]:
            raise ModelFileInvalid(
                self.path, f"its inputs {inputs} and outputs {outputs} do not fit its metadata"
            )


def read_info(path: Path) -> ModelInfo:
    """What the file says about itself, without preparing it to run. ModelFileMissing, ModelFileInvalid."""
    session = _open_session(path, 1, ("cpu",), optimise=False)
    return ModelInfo.from_metadata(session.get_modelmeta().custom_metadata_map, path)


def _open_session(
    path: Path, threads: int | None, providers: Sequence[str], *, optimise: bool = True
) -> onnxruntime.InferenceSession:
    wanted = named_providers(providers)
    if not path.is_file():
        raise ModelFileMissing(path, "there is no such model file")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Idle workers that spin would take the cores that fetch and decode the next batch.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if not optimise:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = onnxruntime.InferenceSession(path, options, providers=wanted)
    except _RUNTIME_ERRORS as error:
        raise ModelFileInvalid(path, f"ONNX Runtime cannot load it: {error}") from error
    require_active(session, wanted)
    return session
