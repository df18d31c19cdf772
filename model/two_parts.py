"""A vector in two parts: the first numbers say what kind of thing it is, the others which very thing."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class TwoParts(nn.Module):
    """Scales both parts so that their shares of every vector's squared length are fixed.

    The cosine of two vectors is then `share` × cosine of the kinds + (1 - `share`) × cosine of the rest, and
    to be of one kind and to be one photo no longer compete for the same numbers.
    """

    def __init__(self, kind_dim: int, share: float) -> None:
        super().__init__()
        # Buffers, so that a file of tensors holds all there is to know.
        self.register_buffer("kind_dim", torch.tensor(kind_dim))
        self.register_buffer("share", torch.tensor(share))
        self.parts = (kind_dim, share)

    def forward(self, x: Tensor) -> Tensor:
        """float32 [n, d] to [n, d], each row of length 1."""
        kind_dim, share = self.parts
        kind = functional.normalize(x[:, :kind_dim], dim=1) * share**0.5
        rest = functional.normalize(x[:, kind_dim:], dim=1) * (1 - share) ** 0.5
        return torch.cat([kind, rest], dim=1)


def kind_dim_of(head: nn.Sequential) -> int:
    """How many of a head's numbers are for the kind alone; 0 for a head without parts."""
    return sum(layer.parts[0] for layer in head if isinstance(layer, TwoParts))
