"""From bytes to embeddings: the whole computation that is exported, served and tested."""

import torch
from torch import Tensor, nn

from model.preprocessing import Preprocessing


class PixelNet(nn.Module):
    """A TripletNet that takes the bytes `Preprocessing.prepare` makes: normalisation is part of the graph."""

    mean: Tensor
    std: Tensor

    def __init__(self, net: nn.Module, preprocessing: Preprocessing) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("mean", torch.tensor(preprocessing.mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(preprocessing.std).view(1, 3, 1, 1))

    def forward(self, pixels: Tensor) -> Tensor:
        """uint8 [n, s, s, 3] to float32 [n, d], each of length 1."""
        embeddings: Tensor = self.net(self.normalised(pixels))
        return embeddings

    def normalised(self, pixels: Tensor) -> Tensor:
        """uint8 [n, s, s, 3] to what the network was trained on, float32 [n, 3, s, s]."""
        return (pixels.permute(0, 3, 1, 2).to(torch.float32) - self.mean) / self.std
