"""A head is trained on cached features of a backbone that stays as it is: minutes instead of hours."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from model.features import Features
from model.objective import Objective, ObjectiveRecipe
from model.probe import Embeddings
from model.sampling import BatchShape, CategorySampler
from model.two_parts import TwoParts


@dataclasses.dataclass(frozen=True, slots=True)
class HeadRecipe:
    """Everything that decides what training on given features results in."""

    steps: int = 2000
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    objective: ObjectiveRecipe = dataclasses.field(default_factory=ObjectiveRecipe)
    batch: BatchShape = dataclasses.field(default_factory=BatchShape)
    seed: int = 0


def principal_head(
    features: Features, embedding_dim: int, kind_dim: int = 0, share: float = 0.5
) -> nn.Sequential:
    """A linear head that projects on the features' principal components: where training starts.

    `features` is float32 [n, f] with n ≥ embedding_dim. With `kind_dim`, both parts of a vector (`TwoParts`)
    begin as the first components.
    """
    centred = torch.from_numpy(features).double()
    mean = centred.mean(dim=0)
    _, _, components = torch.linalg.svd(centred - mean, full_matrices=False)
    basis = torch.cat([components[:kind_dim], components[: embedding_dim - kind_dim]])
    # An SVD's signs are arbitrary; fixed ones make runs on different machines alike.
    basis = basis * basis.sum(dim=1, keepdim=True).sign()
    linear = nn.Linear(features.shape[1], embedding_dim)
    with torch.no_grad():
        linear.weight.copy_(basis)
        linear.bias.copy_(-basis @ mean)
    return nn.Sequential(linear, TwoParts(kind_dim, share)) if kind_dim else nn.Sequential(linear)


def train_head(
    head: nn.Sequential,
    views: Sequence[Features],
    categories: Sequence[str],
    recipe: HeadRecipe,
    *,
    after_step: Callable[[int, float], None] = lambda _step, _loss: None,
) -> nn.Sequential:
    """Train `head` in place; `views` are float32 [n, f] each, of the same n photos, the originals among them.

    Blocks for `recipe.steps` steps; `after_step` is told the number of each, from 1, and its loss.
    """
    torch.manual_seed(recipe.seed)
    features = torch.from_numpy(np.stack(views))
    names = sorted(set(categories))
    labels = torch.tensor([names.index(category) for category in categories])
    sampler = CategorySampler(categories, recipe.batch, recipe.seed)
    objective = Objective(recipe.objective)
    optimizer = torch.optim.AdamW(head.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, recipe.steps)
    head.train()
    for step in range(1, recipe.steps + 1):
        photos = sampler.draw()
        first, second = sampler.draw_views(len(photos), len(views))
        batch = torch.cat([features[first, photos], features[second, photos]])
        twice = torch.from_numpy(np.concatenate([photos, photos]))
        loss: Tensor = objective(functional.normalize(head(batch), dim=1), labels[twice], twice)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
        after_step(step, float(loss.detach()))
    return head.eval()


def embed_features(head: nn.Module, features: Features) -> Embeddings:
    """float32 [n, f] to embeddings of length 1, [n, d]."""
    with torch.inference_mode():
        embeddings: Embeddings = functional.normalize(head(torch.from_numpy(features)), dim=1).numpy()
    return embeddings
