"""From settings to an embedder, the one place that knows the implementations."""

from pathlib import Path

from model.embedder import Embedder
from model.errors import TorchMissing
from model.onnx_embedder import OnnxEmbedder
from model.settings import EmbedderKind, ModelSettings


def load_embedder(settings: ModelSettings, path: Path | None = None) -> Embedder:
    """Load the model at `path`, by default `settings.model_path`, with the embedder that the settings name.

    Blocks while it reads the file (some 100 ms for ONNX, seconds for torch).
    ModelFileMissing, ModelFileInvalid; TorchMissing for `EMBEDDER=torch` without torch; ProviderMissing.
    """
    path = path or settings.model_path
    match settings.embedder:
        case EmbedderKind.ONNX:
            return OnnxEmbedder(path, settings.threads_a_call, settings.embedder_providers)
        case EmbedderKind.TORCH:
            try:
                from model.torch_embedder import TorchEmbedder  # noqa: PLC0415 (serving imports no torch unasked)
            except ModuleNotFoundError as error:
                raise TorchMissing("EMBEDDER=torch") from error
            return TorchEmbedder(path, settings.threads_a_call, settings.embed_device)
