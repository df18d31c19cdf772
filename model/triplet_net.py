"""TripletNet: a backbone's features, a head that makes them few, and length 1."""

from torch import Tensor, nn
from torch.nn import functional

EMBEDDING_DIM = 128


class TripletNet(nn.Module):
    """`backbone` maps float32 [n, 3, h, w] to [n, feature_dim] and has an attribute `feature_dim`.

    A head is a sequence of layers; by default one linear layer that gives `embedding_dim` numbers.
    """

    def __init__(
        self, backbone: nn.Module, embedding_dim: int = EMBEDDING_DIM, head: nn.Sequential | None = None
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head or nn.Sequential(nn.Linear(int(backbone.feature_dim), embedding_dim))  # type: ignore[arg-type]
        self.embedding_dim = embedding_dim

    def forward(self, x: Tensor) -> Tensor:
        """Normalised pictures, float32 [n, 3, h, w], to embeddings of length 1, [n, embedding_dim]."""
        return functional.normalize(self.head(self.backbone(x)), dim=1)
