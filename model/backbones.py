"""The networks that a TripletNet can stand on, by the names that commands and model files use."""

import dataclasses
from collections.abc import Callable, Mapping

from torch import Tensor, nn
from torchvision.models import ResNet, resnet50

from model.backbone_network import BackboneNetwork
from model.efficientnet_lite import EfficientNetLite, from_published_names, load_imagenet_lite0
from model.preprocessing import Preprocessing, Resize

_IMAGENET_MEAN = (0.485 * 255, 0.456 * 255, 0.406 * 255)
_IMAGENET_STD = (0.229 * 255, 0.224 * 255, 0.225 * 255)


class ResNetFeatures(BackboneNetwork):
    """One of torchvision's ResNets up to its pooled features, its layers under torchvision's own names."""

    def __init__(self, network: ResNet) -> None:
        super().__init__()
        self.feature_dim = network.fc.in_features
        for name, layer in network.named_children():
            if name != "fc":
                self.add_module(name, layer)

    def forward(self, x: Tensor) -> Tensor:
        """float32 [n, 3, h, w], normalised, to features [n, feature_dim]."""
        for layer in self.layers():
            x = layer(x)
        return x.flatten(1)

    def layers(self) -> list[nn.Module]:
        """What a picture goes through, in order: conv1, bn1, relu, maxpool, layer1 to layer4, avgpool."""
        return list(self.children())


_SEQUENTIAL_NAMES = {"0": "conv1", "1": "bn1", "4": "layer1", "5": "layer2", "6": "layer3", "7": "layer4"}


def from_sequential_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Name the layers of `nn.Sequential(*resnet.children())`, which only have numbers."""
    renamed = {}
    for key, tensor in state.items():
        first, _, rest = key.partition(".")
        renamed[f"{_SEQUENTIAL_NAMES.get(first, first)}.{rest}"] = tensor
    return renamed


@dataclasses.dataclass(frozen=True, slots=True)
class Backbone:
    """How to build one kind of network, untrained or (where they are packaged) with ImageNet weights.

    `rename` maps the keys that other people's files use to those of the network. `frozen_layers`: how many of
    the network's layers, from the picture on, fine-tuning leaves as they are unless told otherwise: they see
    edges and textures, and their large maps cost most of a training step."""

    name: str
    build: Callable[[], BackboneNetwork]
    preprocessing: Preprocessing
    build_pretrained: Callable[[], BackboneNetwork] | None = None
    rename: Callable[[Mapping[str, Tensor]], dict[str, Tensor]] = dict
    frozen_layers: int = 0


BACKBONES = {
    backbone.name: backbone
    for backbone in (
        Backbone(
            name="efficientnet_lite0",
            build=EfficientNetLite,
            preprocessing=Preprocessing(
                size_px=224, resize=Resize.CROP, mean=(127.0, 127.0, 127.0), std=(128.0, 128.0, 128.0)
            ),
            build_pretrained=load_imagenet_lite0,
            rename=from_published_names,
            frozen_layers=6,
        ),
        Backbone(
            name="resnet50",
            build=lambda: ResNetFeatures(resnet50(weights=None)),
            preprocessing=Preprocessing(
                size_px=224, resize=Resize.STRETCH, mean=_IMAGENET_MEAN, std=_IMAGENET_STD
            ),
            rename=from_sequential_names,
            frozen_layers=5,
        ),
    )
}
