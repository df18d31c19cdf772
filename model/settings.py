"""Which model is served, and how: the fields that the services' settings classes inherit."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_settings import NoDecode

WEIGHTS_DIR = Path(__file__).parent / "weights"
SHIPPED_MODEL = WEIGHTS_DIR / "efficientnet_lite0.onnx"


class EmbedderKind(StrEnum):
    """What runs the network."""

    ONNX = "onnx"
    TORCH = "torch"


class EmbedDevice(StrEnum):
    """Where torch runs the network."""

    CPU = "cpu"
    CUDA = "cuda"


class ModelSettings(BaseModel):
    """The model's settings; each field is the environment variable of the same name in upper case."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    model_path: Path = Field(
        default=SHIPPED_MODEL,
        description="The exported model (.onnx) that new generations use. Default: the one that ships.",
    )
    model_dir: Path = Field(
        default=WEIGHTS_DIR,
        description="Folder of exported models (.onnx); a generation's own is found by its version.",
    )
    embedder: EmbedderKind = Field(
        default=EmbedderKind.ONNX,
        description="What runs the network: onnx, or torch, which needs requirements.txt and the "
        ".safetensors file beside the .onnx.",
    )
    embed_threads: int | None = Field(
        default=None,
        ge=1,
        description="Cores that one embedding call may use. Default: all of the machine's; in the consumer, "
        "an even share of them for each of EMBED_CALLS.",
    )
    embed_device: EmbedDevice = Field(
        default=EmbedDevice.CPU,
        description="Where EMBEDDER=torch runs: cpu or cuda. For EMBEDDER=onnx see EMBEDDER_PROVIDERS.",
    )
    embedder_providers: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("cpu",),
        min_length=1,
        description="What EMBEDDER=onnx computes with, ONNX Runtime's execution providers in the order of "
        "preference. Others than cpu need a build of ONNX Runtime that has them, such as onnxruntime-gpu.",
        examples=["cuda,cpu"],
    )

    @field_validator("embedder_providers", mode="before")
    @classmethod
    def _split_providers(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))

    @property
    def threads_a_call(self) -> int | None:
        """Cores that one embedding call may use; None: all of the machine's."""
        return self.embed_threads
