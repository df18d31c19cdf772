"""A TripletNet as a safetensors file: its tensors, and the same metadata as the ONNX file beside it."""

from collections.abc import Mapping
from pathlib import Path

import safetensors
import safetensors.torch
from torch import Tensor

from model.backbones import BACKBONES, Backbone
from model.errors import ModelFileInvalid, ModelFileMissing
from model.heads import HeadActivation, HeadUnclear, rebuild_head
from model.model_info import ModelInfo
from model.triplet_net import TripletNet


def net_tensors(net: TripletNet) -> dict[str, Tensor]:
    """Every tensor of the network but batch norm's step counters, which no embedding depends on."""
    return {
        name: tensor.detach().cpu().contiguous()
        for name, tensor in net.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def save_tensor_file(net: TripletNet, info: ModelInfo, path: Path) -> None:
    """Write the network's tensors and what it says about itself."""
    safetensors.torch.save_file(net_tensors(net), path, metadata=info.to_metadata())


def load_tensor_file(
    path: Path, backbones: Mapping[str, Backbone] = BACKBONES
) -> tuple[TripletNet, ModelInfo]:
    """Rebuild what `save_tensor_file` wrote, ready to embed. ModelFileMissing, ModelFileInvalid."""
    if not path.is_file():
        raise ModelFileMissing(
            path, "there is no such tensor file (torch needs the .safetensors beside the .onnx)"
        )
    try:
        with safetensors.safe_open(path, framework="pt", device="cpu") as file:
            info = ModelInfo.from_metadata(file.metadata() or {}, path)
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (it is no mapping)
    except (safetensors.SafetensorError, OSError) as error:
        raise ModelFileInvalid(path, f"safetensors cannot load it: {error}") from error
    if info.backbone not in backbones:
        raise ModelFileInvalid(
            path, f"its backbone '{info.backbone}' is unknown; known: {', '.join(backbones)}"
        )
    backbone = backbones[info.backbone].build()
    try:
        head = rebuild_head(
            {"head": _under("head.", state)},
            backbone.feature_dim,
            HeadActivation.AUTO,
        )
        net = TripletNet(backbone, info.dimension, head)
        found = net.load_state_dict(state, strict=False)
    except (HeadUnclear, RuntimeError) as error:
        raise ModelFileInvalid(path, f"its tensors do not fit its backbone: {error}") from error
    missing = [name for name in found.missing_keys if not name.endswith("num_batches_tracked")]
    if missing or found.unexpected_keys:
        raise ModelFileInvalid(
            path, f"missing tensors {missing[:3]}, unexpected tensors {found.unexpected_keys[:3]}"
        )
    return net.eval(), info


def _under(prefix: str, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in state.items() if name.startswith(prefix)}
