"""TripletNet, and ResNet-50 beneath it."""

import torch
from torch import nn
from torchvision.models import resnet50

from model.backbones import BACKBONES, from_sequential_names
from model.triplet_net import TripletNet
from tests.unit.model.small_networks import SMALL


def test_embeddings_have_length_one() -> None:
    """Any pictures become vectors of 128 numbers and of length 1."""
    net = TripletNet(SMALL.build()).eval()

    with torch.inference_mode():
        embeddings = net(torch.randn(5, 3, 32, 32))

    assert embeddings.shape == (5, 128)
    assert torch.allclose(embeddings.norm(dim=1), torch.ones(5), atol=1e-5)


def test_the_head_may_be_another() -> None:
    """A head of several layers takes the place of the linear one."""
    head = nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 4))

    assert TripletNet(SMALL.build(), 4, head)(torch.randn(2, 3, 32, 32)).shape == (2, 4)


def test_resnet50_is_torchvisions() -> None:
    """Our ResNet-50 gives what torchvision's does before its classifier, and has its keys."""
    reference = resnet50(weights=None).eval()
    state = {name: tensor for name, tensor in reference.state_dict().items() if not name.startswith("fc.")}
    with torch.device("meta"):
        ours = BACKBONES["resnet50"].build()
    ours.load_state_dict(state, assign=True)
    ours.eval()
    reference.fc = nn.Identity()
    pictures = torch.randn(1, 3, 64, 64)

    with torch.inference_mode():
        assert torch.allclose(ours(pictures), reference(pictures), atol=1e-5)


def test_layers_with_numbers_get_their_names() -> None:
    """The keys of a sequence of ResNet's children become torchvision's."""
    state = dict.fromkeys(
        ["0.weight", "1.running_mean", "4.2.conv1.weight", "7.0.bn3.bias", "layer1.0.x"], torch.zeros(1)
    )

    assert list(from_sequential_names(state)) == [
        "conv1.weight",
        "bn1.running_mean",
        "layer1.2.conv1.weight",
        "layer4.0.bn3.bias",
        "layer1.0.x",
    ]
