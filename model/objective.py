"""What training minimises: photos of one category close together, views of one photo closer still."""

import dataclasses
from enum import StrEnum

import torch
from pytorch_metric_learning import distances, losses, miners
from torch import Tensor, nn
from torch.nn import functional


class Miner(StrEnum):
    """Which triplets of a batch count."""

    HARD = "hard"
    SEMIHARD = "semihard"
    ALL = "all"


class CategoryLoss(StrEnum):
    """What brings photos of one category together.

    TRIPLET: Schroff et al., "FaceNet", 2015. SUPCON: Khosla et al., "Supervised Contrastive Learning", 2020.
    """

    TRIPLET = "triplet"
    SUPCON = "supcon"


@dataclasses.dataclass(frozen=True, slots=True)
class ObjectiveRecipe:
    """The terms of the objective. `miner` and `margin` (in cosine) are the triplet loss's,
    `category_temperature` is SupCon's; `instance_temperature` belongs to the contrast between photos.
    `kind_dim`: the first term sees only so many of a vector's numbers, the first, and the second leaves those
    as they are (0: both see and move all of them); `kind_share`: their share of a vector's squared length.
    """

    loss: CategoryLoss = CategoryLoss.TRIPLET
    miner: Miner = Miner.SEMIHARD
    margin: float = 0.1
    category_temperature: float = 0.1
    category_weight: float = 1.0
    instance_weight: float = 0.5
    instance_temperature: float = 0.07
    kind_dim: int = 0
    kind_share: float = 0.5


class Objective(nn.Module):
    """A loss over categories plus `instance_weight` times a contrast between photos.

    The second term (Chen et al., "A Simple Framework for Contrastive Learning", 2020) tells a photo's views
    from every other photo in the batch, those of its category included.
    """

    def __init__(self, recipe: ObjectiveRecipe) -> None:
        super().__init__()
        self.recipe = recipe
        distance = distances.CosineSimilarity()
        self.miner: nn.Module | None = None
        if recipe.loss is CategoryLoss.TRIPLET:
            self.category: nn.Module = losses.TripletMarginLoss(margin=recipe.margin, distance=distance)
            self.miner = _miner(recipe.miner, recipe.margin, distance)
        else:
            self.category = losses.SupConLoss(temperature=recipe.category_temperature)
        # With two views a photo this is NTXentLoss, at an eighth of its cost.
        self.instance = losses.SupConLoss(temperature=recipe.instance_temperature)

    def forward(self, embeddings: Tensor, categories: Tensor, instances: Tensor) -> Tensor:
        """float32 [n, d] of length 1 and two int64 [n] of labels to a scalar."""
        kinds = embeddings
        if dim := self.recipe.kind_dim:
            kinds = functional.normalize(embeddings[:, :dim], dim=1)
            embeddings = torch.cat([embeddings[:, :dim].detach(), embeddings[:, dim:]], dim=1)
        mined = self.miner(kinds, categories) if self.miner is not None else None
        loss: Tensor = self.recipe.category_weight * self.category(kinds, categories, mined)
        if self.recipe.instance_weight:
            loss = loss + self.recipe.instance_weight * self.instance(embeddings, instances)
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
