"""EfficientNet-Lite0: the published network, number for number."""

import pytest
import torch
from torch.nn import functional

from model.efficientnet_lite import (
    EfficientNetLite,
    SameConv2d,
    Stage,
    from_published_names,
    load_imagenet_lite0,
)
from model.probe import probe_pixels


def test_the_published_weights_give_the_published_features() -> None:
    """With the packaged ImageNet weights, a picture gives what the published port's own code gives for it."""
    picture = torch.from_numpy(probe_pixels(224)).permute(0, 3, 1, 2).float()
    network = load_imagenet_lite0()

    with torch.inference_mode():
        (features,) = network((picture - 127) / 128)

    strongest = features.topk(4)
    assert strongest.indices.tolist() == [897, 113, 989, 1157]
    assert strongest.values.tolist() == pytest.approx([5.2691, 4.2464, 3.4709, 3.0210], abs=1e-3)
    assert features.norm().item() == pytest.approx(16.5663, abs=1e-3)


def test_it_has_as_many_parameters_as_published() -> None:
    """4.65 million parameters with the classifier of 1000 classes, as the Lite family's table says."""
    parameters = sum(parameter.numel() for parameter in EfficientNetLite().parameters())

    assert parameters + 1280 * 1000 + 1000 == 4_652_008


@pytest.mark.parametrize("kernel_px", [1, 3, 5])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("side", [7, 8, 9, 224])
def test_padding_is_tensorflows(kernel_px: int, stride: int, side: int) -> None:
    """The output has ceil(side / stride) rows, and an odd padding has its larger half right and below."""
    layer = SameConv2d(1, 1, kernel_px, stride, bias=False)
    picture = torch.randn(1, 1, side, side)
    outputs = -(-side // stride)
    total = max((outputs - 1) * stride + kernel_px - side, 0)
    before, after = total // 2, total - total // 2

    expected = functional.conv2d(
        functional.pad(picture, (before, after, before, after)), layer.weight, stride=stride
    )

    assert layer(picture).shape[-1] == outputs
    assert torch.allclose(layer(picture), expected)


def test_a_picture_need_not_be_square() -> None:
    """Height and width are padded each by its own need."""
    network = EfficientNetLite((Stage(1, 3, 2, 1, 8),), feature_dim=16)

    assert network(torch.zeros(2, 3, 33, 64)).shape == (2, 16)


def test_published_names_become_ours() -> None:
    """The published port's keys are renamed, its classifier is left out, and our own keys stay."""
    tensor = torch.zeros(1)
    published = ["_conv_stem.weight", "_blocks.3._bn1.bias", "_bn1.weight", "_fc.weight", "stem.norm.bias"]

    assert list(from_published_names(dict.fromkeys(published, tensor))) == [
        "stem.conv.weight",
        "blocks.3.depthwise.norm.bias",
        "top.norm.weight",
        "stem.norm.bias",
    ]
