"""TripletNet: a backbone's features, a head that makes them few, and length 1."""

from torch import Tensor, nn
from torch.nn import functional

from model.backbone_network import BackboneNetwork

EMBEDDING_DIM = 128


class TripletNet(nn.Module):
    """A head is a sequence of layers; by default one linear layer that gives `embedding_dim` numbers."""

    def __init__(
        self, backbone: BackboneNetwork, embedding_dim: int = EMBEDDING_DIM, head: nn.Sequential | None = None
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head or nn.Sequential(nn.Linear(backbone.feature_dim, embedding_dim))
        self.embedding_dim = embedding_dim

    def forward(self, x: Tensor) -> Tensor:
        """Normalised pictures, float32 [n, 3, h, w], to embeddings of length 1, [n, embedding_dim]."""
        return functional.normalize(self.head(self.backbone(x)), dim=1)
