"""Training a head: sampling, the objective, and what comes out."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from model.head_training import HeadRecipe, embed_features, principal_head, train_head
from model.metrics import category_scores
from model.objective import CategoryLoss, Miner, Objective, ObjectiveRecipe
from model.sampling import BatchShape, CategorySampler

CATEGORIES = ["hat"] * 40 + ["shoe"] * 10 + ["dress"] * 2


def clouds(noise: float, seed: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """52 × 24: a little of the category, most of it noise that hides it."""
    random = np.random.default_rng(0)
    kinds = dict(zip(("hat", "shoe", "dress"), random.normal(size=(3, 24)), strict=True))
    photos = np.random.default_rng(1).normal(size=(len(CATEGORIES), 24)) * np.linspace(0.1, 3, 24)
    views = np.random.default_rng(seed).normal(size=photos.shape) * noise
    return (np.stack([kinds[name] for name in CATEGORIES]) + photos + views).astype(np.float32)


def test_a_batch_has_categories_of_photos() -> None:
    """A batch has as many categories and photos of each as asked for, or all there are; no photo twice."""
    sampler = CategorySampler(CATEGORIES, BatchShape(categories=2, photos=5), seed=0)

    for _ in range(50):
        photos = sampler.draw()
        names = [CATEGORIES[photo] for photo in photos]
        assert len(set(photos.tolist())) == len(photos)
        assert len(set(names)) == 2
        assert all(names.count(name) == min(5, CATEGORIES.count(name)) for name in set(names))


def test_rare_categories_are_seen_more_than_their_share() -> None:
    """A category of 2 in 52 photos is in more than 4 % of the batches, and in fewer than the largest."""
    sampler = CategorySampler(CATEGORIES, BatchShape(categories=1, photos=1), seed=0)
    seen = [CATEGORIES[int(sampler.draw()[0])] for _ in range(2000)]

    assert 0.08 < seen.count("dress") / 2000 < seen.count("shoe") / 2000 < seen.count("hat") / 2000


def test_a_photos_two_views_differ() -> None:
    """The two views of a photo in a batch are never the same one."""
    first, second = CategorySampler(CATEGORIES, BatchShape(), seed=0).draw_views(photos=1000, views=3)

    assert (first != second).all()
    assert set(first) == set(second) == {0, 1, 2}


@pytest.mark.parametrize(
    "recipe",
    [ObjectiveRecipe(miner=miner, margin=0.2) for miner in Miner]
    + [ObjectiveRecipe(loss=CategoryLoss.SUPCON)],
    ids=lambda recipe: f"{recipe.loss}-{recipe.miner}",
)
def test_the_objective_rewards_order(recipe: ObjectiveRecipe) -> None:
    """Embeddings in which kinds and photos lie together cost less than those in which they do not."""
    objective = Objective(recipe)
    categories, instances = torch.tensor([0, 0, 1, 1] * 2), torch.tensor([0, 1, 2, 3] * 2)
    ordered = functional.normalize(
        torch.tensor([[1, 0, 0.5], [1, 0, -0.5], [0, 1, 0.5], [0, 1, -0.5]] * 2), dim=1
    )
    mixed = ordered[torch.tensor([0, 2, 1, 3, 3, 1, 2, 0])]

    assert objective(ordered, categories, instances) < objective(mixed, categories, instances)


def test_the_principal_head_keeps_what_varies_most() -> None:
    """PCA's first directions hold the features' variance, centred."""
    features = clouds(noise=0.0)
    head = principal_head(features, 4)

    with torch.inference_mode():
        projected = head(torch.from_numpy(features)).numpy()

    values = np.linalg.eigvalsh(np.cov(features.T))[::-1]
    assert np.allclose(projected.mean(axis=0), 0, atol=1e-4)
    assert np.allclose(projected.var(axis=0, ddof=1), values[:4], rtol=1e-3)


def test_training_brings_kinds_together() -> None:
    """After training, more photos have a nearest neighbour of their kind than under PCA; the loss falls."""
    views = [clouds(0.3, seed) for seed in range(3)]
    before, head = principal_head(views[0], 8), principal_head(views[0], 8)
    losses: list[float] = []

    train_head(
        head,
        views,
        CATEGORIES,
        HeadRecipe(steps=100, learning_rate=1e-2, objective=ObjectiveRecipe(miner=Miner.HARD)),
        after_step=lambda _step, loss: losses.append(loss),
    )

    found = [category_scores(embed_features(one, views[0]), CATEGORIES).p1.mean() for one in (before, head)]
    assert found[1] > found[0] + 0.05
    assert np.mean(losses[-20:]) < np.mean(losses[:20])
    assert len(losses) == 100


def test_training_is_reproducible() -> None:
    """The same features, recipe and seed give the same weights to the last bit; another seed gives others."""
    views = [clouds(0.3, seed) for seed in range(2)]

    def trained(seed: int) -> torch.Tensor:
        head = train_head(principal_head(views[0], 4), views, CATEGORIES, HeadRecipe(steps=10, seed=seed))
        return next(iter(head.parameters())).detach()

    assert torch.equal(trained(0), trained(0))
    assert not torch.equal(trained(0), trained(1))
