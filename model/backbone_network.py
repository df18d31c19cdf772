"""What every backbone is: layers that a picture goes through, and pooled features at their end."""

import abc

from torch import Tensor, nn


class BackboneNetwork(nn.Module, abc.ABC):
    """A network up to its pooled features, of which it gives `feature_dim`."""

    feature_dim: int

    @abc.abstractmethod
    def layers(self) -> list[nn.Module]:
        """Its layers, in the order in which a picture goes through them."""

    @abc.abstractmethod
    def forward(self, x: Tensor) -> Tensor:
        """float32 [n, 3, h, w], normalised, to features [n, feature_dim]."""
