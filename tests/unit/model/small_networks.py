"""A backbone of a few thousand parameters, which exports and embeds in no time."""

import torch
from torch import nn

from model.backbones import Backbone
from model.efficientnet_lite import EfficientNetLite, Stage
from model.triplet_net import TripletNet
from tests.unit.model.small_models import small_preprocessing

FEATURES = 16
SMALL = Backbone(
    name="small",
    build=lambda: EfficientNetLite((Stage(1, 3, 2, 1, 8), Stage(2, 5, 2, 2, 12)), feature_dim=FEATURES),
    preprocessing=small_preprocessing(),
)


def small_net(seed: int = 0, embedding_dim: int = 8) -> TripletNet:
    """An untrained TripletNet whose batch norm has statistics that are not neutral."""
    torch.manual_seed(seed)
    net = TripletNet(SMALL.build(), embedding_dim)
    for layer in net.modules():
        if (
            isinstance(layer, nn.BatchNorm2d)
            and layer.running_mean is not None
            and layer.running_var is not None
        ):
            nn.init.normal_(layer.running_mean, std=0.1)
            nn.init.uniform_(layer.running_var, 0.5, 1.5)
    return net.eval()
