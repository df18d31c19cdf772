"""load_embedder and the settings behind it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pydantic
import pytest

from model.errors import ProviderMissing
from model.execution_providers import require_active
from model.load_embedder import load_embedder
from model.onnx_embedder import OnnxEmbedder
from model.onnx_runtime import onnxruntime
from model.settings import SHIPPED_MODEL, EmbedderKind, ModelSettings

SERVE = """
import sys
from pathlib import Path
from model.load_embedder import load_embedder
from model.settings import ModelSettings
from PIL import Image
embedder = load_embedder(ModelSettings(model_path=Path(sys.argv[1])))
embedder.embed([Image.new("RGB", (50, 50), "red")])
print(sorted(name for name in ("torch", "torchvision", "onnx", "safetensors") if name in sys.modules))
"""


def test_serving_imports_no_torch(write_mean_colour: Callable[..., Path]) -> None:
    """A process that loads a model and embeds a picture has imported nothing of training."""
    command = [sys.executable, "-c", SERVE, str(write_mean_colour())]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_onnx_is_the_default(write_mean_colour: Callable[..., Path]) -> None:
    """Without further settings, the model at `model_path` is served by ONNX Runtime."""
    assert isinstance(load_embedder(ModelSettings(model_path=write_mean_colour())), OnnxEmbedder)


def test_another_path_may_be_named(write_mean_colour: Callable[..., Path]) -> None:
    """A generation's own model is loaded with the same settings."""
    path = write_mean_colour(model_version="12345678")

    assert load_embedder(ModelSettings(), path).model_version == "12345678"


def test_defaults_name_the_shipped_model() -> None:
    """Without settings, the model that ships is served."""
    settings = ModelSettings()

    assert (settings.model_path, settings.model_dir) == (SHIPPED_MODEL, SHIPPED_MODEL.parent)
    assert settings.embedder is EmbedderKind.ONNX


def test_a_provider_that_is_not_here_is_one_clear_line(write_mean_colour: Callable[..., Path]) -> None:
    """An accelerator that ONNX Runtime lacks is said at start-up, with what there is; nothing falls back."""
    settings = ModelSettings.model_validate(
        {"model_path": write_mean_colour(), "embedder_providers": "rocket, cpu"}
    )

    with pytest.raises(ProviderMissing, match=r"EMBEDDER_PROVIDERS: no 'rocket' here: .*cpu.* only"):
        load_embedder(settings)


@pytest.mark.parametrize("name", ["cpu", "CPU", "CPUExecutionProvider", "cpu,,cpu"])
def test_providers_go_by_short_or_full_names(write_mean_colour: Callable[..., Path], name: str) -> None:
    """`cpu` and ONNX Runtime's own name are the same."""
    settings = ModelSettings.model_validate({"model_path": write_mean_colour(), "embedder_providers": name})

    assert isinstance(load_embedder(settings), OnnxEmbedder)


def test_a_provider_that_does_not_start_is_told(write_mean_colour: Callable[..., Path]) -> None:
    """ONNX Runtime goes on without an accelerator that fails to start; we do not."""
    session = onnxruntime.InferenceSession(write_mean_colour(), providers=["CPUExecutionProvider"])

    with pytest.raises(ProviderMissing, match=r"no 'cuda' here: .*does not start"):
        require_active(session, ["CUDAExecutionProvider", "CPUExecutionProvider"])


def test_every_setting_is_described() -> None:
    """Each field has a description for the table of settings."""
    assert all(field.description for field in ModelSettings.model_fields.values())


@pytest.mark.parametrize(
    "fields",
    [{"embedder": "tensorflow"}, {"embed_threads": 0}, {"embed_device": "tpu"}, {"embedder_providers": ""}],
)
def test_wrong_settings_are_refused(fields: dict[str, object]) -> None:
    """An unknown embedder, device or no threads at all is a validation error."""
    with pytest.raises(pydantic.ValidationError):
        ModelSettings.model_validate(fields)
