"""Where a training command starts from: ImageNet, or a model that was trained before."""

from pathlib import Path

from model.backbone_network import BackboneNetwork
from model.backbones import Backbone
from model.errors import ModelError
from model.model_info import ModelInfo
from model.tensor_file import load_tensor_file
from model.triplet_net import TripletNet


def from_model(path: Path, backbone: Backbone) -> tuple[TripletNet, ModelInfo]:
    """The model at `path` (.safetensors, or the .onnx beside it). ModelError: it has another backbone."""
    net, info = load_tensor_file(path.with_suffix(".safetensors"))
    if info.backbone != backbone.name:
        raise ModelError(f"{path}: its backbone is {info.backbone}, not {backbone.name}")
    return net, info


def from_imagenet(backbone: Backbone) -> BackboneNetwork:
    """The backbone with its packaged ImageNet weights. ModelError: there are none."""
    if backbone.build_pretrained is None:
        raise ModelError(
            f"no ImageNet weights are packaged for {backbone.name}: name a model to start from with --init"
        )
    return backbone.build_pretrained()
