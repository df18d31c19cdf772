"""Networks as a team might have written them, each with the checkpoint that its script would save."""

import argparse
import dataclasses
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.torch
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models.resnet import BasicBlock, ResNet

from model.backbones import Backbone, ResNetFeatures, from_sequential_names
from model.preprocessing import Preprocessing, Resize

FEATURES = 512
DIMENSION = 8


def small_resnet(classes: int = 5) -> ResNet:
    """A ResNet with torchvision's names and few layers, its batch norm not neutral."""
    network = ResNet(BasicBlock, [1, 1, 1, 1], num_classes=classes)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d) and layer.running_mean is not None:
            nn.init.normal_(layer.running_mean, std=0.1)
    return network


SMALL_RESNET = Backbone(
    name="small_resnet",
    build=lambda: ResNetFeatures(small_resnet()),
    preprocessing=Preprocessing(size_px=32, resize=Resize.STRETCH, mean=(0.0,) * 3, std=(255.0,) * 3),
    rename=from_sequential_names,
)


@dataclasses.dataclass(frozen=True)
class Team:
    """A trained network in evaluation mode, and what was saved of it, under which ending."""

    net: nn.Module
    saved: Any
    suffix: str = ".pth"
    legacy: bool = False

    def save(self, folder: Path) -> Path:
        path = folder / f"team{self.suffix}"
        if self.suffix == ".safetensors":
            safetensors.torch.save_file(self.saved, path)
        else:
            torch.save(self.saved, path, _use_new_zipfile_serialization=not self.legacy)
        return path


class _Chain(nn.Module):
    """Modules under the given names, applied one after the other, then scaled to length 1."""

    def __init__(self, **parts: nn.Module) -> None:
        super().__init__()
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, x: Tensor) -> Tensor:
        for part in self.children():
            x = part(x)
        return functional.normalize(x, dim=1)


class _Named(nn.Module):
    """A head of two layers with names instead of numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(FEATURES, 16)
        self.norm1 = nn.BatchNorm1d(16)
        self.fc2 = nn.Linear(16, DIMENSION, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        embedding: Tensor = self.fc2(functional.relu(self.norm1(self.fc1(x))))
        return embedding


def _with_fc(fc: nn.Module) -> ResNet:
    network = small_resnet()
    network.fc = fc
    return network


def _linear() -> nn.Linear:
    return nn.Linear(FEATURES, DIMENSION)


def _two_layers() -> nn.Sequential:
    return nn.Sequential(nn.Linear(FEATURES, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, DIMENSION))


def _normed_layers() -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(FEATURES, 16), nn.BatchNorm1d(16), nn.ReLU(inplace=True), nn.Linear(16, DIMENSION)
    )


def _prefixed(state: dict[str, Tensor], prefix: str) -> OrderedDict[str, Tensor]:
    return OrderedDict((prefix + name, tensor) for name, tensor in state.items())


def fc_replaced_in_place() -> Team:
    resnet = _with_fc(_linear())
    return Team(_Chain(resnet=resnet), resnet.state_dict())


def data_parallel_in_a_state_dict() -> Team:
    resnet = _with_fc(_linear())
    content = {"epoch": 3, "state_dict": _prefixed(resnet.state_dict(), "module.")}
    return Team(_Chain(resnet=resnet), content, ".pt")


def backbone_and_head_with_optimizer() -> Team:
    net = _Chain(backbone=_with_fc(nn.Identity()), head=_linear())
    optimizer = torch.optim.Adam(net.parameters())
    content = {
        "model_state_dict": net.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "best": np.float64(0.91),
        "epoch": np.int64(12),
        "args": argparse.Namespace(margin=0.3, out=None),
    }
    return Team(net, content)


def nested_prefixes_and_embedding() -> Team:
    net = _Chain(resnet=_with_fc(nn.Identity()), embedding=_linear())
    return Team(
        net, {"state_dict": {"model_state_dict": _prefixed(net.state_dict(), "module.model.embedding_net.")}}
    )


def two_layers_in_fc() -> Team:
    net = _Chain(embedding_net=_with_fc(_two_layers()))
    return Team(net, net.state_dict())


def two_layers_with_batch_norm() -> Team:
    net = _Chain(backbone=_with_fc(nn.Identity()), head=_normed_layers())
    return Team(net, _prefixed(net.state_dict(), "module."), ".safetensors")


def two_named_layers() -> Team:
    net = _Chain(backbone=_with_fc(nn.Identity()), head=_Named())
    return Team(net, net.state_dict())


def sequence_of_children() -> Team:
    children = list(_with_fc(nn.Identity()).children())[:-1]
    net = _Chain(backbone=nn.Sequential(*children), flatten=nn.Flatten(), fc=_linear())
    return Team(net, net.state_dict(), ".safetensors")


def imagenet_classifier_below() -> Team:
    net = _Chain(backbone=small_resnet(classes=1000), fc=nn.Linear(1000, DIMENSION))
    return Team(net, net.state_dict())


def compiled() -> Team:
    net = _Chain(model=_with_fc(_linear()))
    return Team(net, {"model": _prefixed(net.state_dict(), "_orig_mod.")})


def half_precision() -> Team:
    net = _Chain(resnet=_with_fc(_linear())).half().float()
    return Team(
        net,
        {
            name: tensor.half() if tensor.is_floating_point() else tensor
            for name, tensor in net.state_dict().items()
        },
    )


def written_by_an_old_torch() -> Team:
    net = _Chain(resnet=_with_fc(_linear()))
    return Team(net, net.state_dict(), legacy=True)


def dense_numbering() -> Team:
    net = _Chain(
        backbone=_with_fc(nn.Identity()),
        head=nn.Sequential(nn.Linear(FEATURES, 16), nn.Linear(16, DIMENSION)),
    )
    return Team(net, net.state_dict())


TEAMS: list[Callable[[], Team]] = [
    fc_replaced_in_place,
    data_parallel_in_a_state_dict,
    backbone_and_head_with_optimizer,
    nested_prefixes_and_embedding,
    two_layers_in_fc,
    two_layers_with_batch_norm,
    two_named_layers,
    sequence_of_children,
    imagenet_classifier_below,
    compiled,
    half_precision,
    written_by_an_old_torch,
    dense_numbering,
]
