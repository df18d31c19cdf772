"""What training minimises: photos of one category close together, views of one photo closer still."""

from enum import StrEnum

from pytorch_metric_learning import distances, losses, miners
from torch import Tensor, nn


class Miner(StrEnum):
    """Which triplets of a batch count."""

    HARD = "hard"
    SEMIHARD = "semihard"
    ALL = "all"


class Objective(nn.Module):
    """A triplet loss over categories plus `instance_weight` times a contrast between photos.

    The second term (Chen et al., "A Simple Framework for Contrastive Learning", 2020) tells a photo's views
    from every other photo in the batch, those of its category included.
    """

    def __init__(self, miner: Miner, margin: float, instance_weight: float, temperature: float) -> None:
        super().__init__()
        distance = distances.CosineSimilarity()
        self.triplet = losses.TripletMarginLoss(margin=margin, distance=distance)
        self.miner: nn.Module | None = _miner(miner, margin, distance)
        # With two views a photo this is NTXentLoss, at an eighth of its cost.
        self.contrast = losses.SupConLoss(temperature=temperature)
        self.instance_weight = instance_weight

    def forward(self, embeddings: Tensor, categories: Tensor, instances: Tensor) -> Tensor:
        """float32 [n, d] of length 1 and two int64 [n] of labels to a scalar."""
        triplets = self.miner(embeddings, categories) if self.miner is not None else None
        loss: Tensor = self.triplet(embeddings, categories, triplets)
        if self.instance_weight:
            loss = loss + self.instance_weight * self.contrast(embeddings, instances)
        return loss


def _miner(miner: Miner, margin: float, distance: nn.Module) -> nn.Module | None:
    found: nn.Module | None = None
    match miner:
        case Miner.HARD:
            found = miners.BatchHardMiner(distance=distance)
        case Miner.SEMIHARD:
            found = miners.TripletMarginMiner(margin, type_of_triplets="semihard", distance=distance)
        case Miner.ALL:
            pass  # every triplet that the loss does not find satisfied already
    return found
