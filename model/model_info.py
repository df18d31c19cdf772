"""What an exported model says about itself, in the metadata of its ONNX and safetensors files alike."""

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path

from model.errors import ModelFileInvalid
from model.preprocessing import Preprocessing
from model.probe import Embedding, embedding_from_text, embedding_to_text

FORMAT = "triplet-net/1"
_MODEL_VERSION = re.compile(r"[0-9a-f]{8}")


@dataclasses.dataclass(frozen=True, slots=True)
class ModelInfo:
    """`model_version` (8 hex digits) is a hash of weights and preprocessing: equal versions embed alike.

    `dimension` is an embedding's length; `probe` (float32 [dimension]) is the embedding of `probe_pixels`, by
    which a loader knows that file, runtime and machine still give what was exported.
    """

    model_version: str
    backbone: str
    dimension: int
    preprocessing: Preprocessing
    probe: Embedding = dataclasses.field(compare=False, repr=False)

    def to_metadata(self) -> dict[str, str]:
        """As the string pairs that both file formats carry."""
        return {
            "format": FORMAT,
            "model_version": self.model_version,
            "backbone": self.backbone,
            "dimension": str(self.dimension),
            "preprocessing": self.preprocessing.to_json(),
            "probe": embedding_to_text(self.probe),
        }

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str], path: Path) -> "ModelInfo":
        """Read what `to_metadata` wrote. ModelFileInvalid, naming `path`, for a file that is not ours."""
        if metadata.get("format") != FORMAT:
            raise ModelFileInvalid(
                path,
                f"not a TripletNet of ours (format '{FORMAT}'); make one with: python -m model export",
            )
        try:
            info = cls(
                model_version=metadata["model_version"],
                backbone=metadata["backbone"],
                dimension=int(metadata["dimension"]),
                preprocessing=Preprocessing.from_json(metadata["preprocessing"]),
                probe=embedding_from_text(metadata["probe"]),
            )
        except (KeyError, ValueError) as error:
            raise ModelFileInvalid(path, f"its metadata is damaged: {error}") from error
        if not _MODEL_VERSION.fullmatch(info.model_version):
            raise ModelFileInvalid(path, f"its model version {info.model_version!r} is not 8 hex digits")
        if info.probe.shape != (info.dimension,):
            raise ModelFileInvalid(path, f"its probe has {info.probe.size} numbers, not {info.dimension}")
        return info
