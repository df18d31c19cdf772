"""Training as it is now: a backbone that stays as it is, its features cached, a head on top of them."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from torch import nn

from model.augment import HARD, Views
from model.errors import TrainingDataInvalid
from model.evaluation import EmbedPhotos, Scores, evaluate
from model.features import FeatureCache, FeatureExtractor, Features
from model.head_training import HeadRecipe, embed_features, principal_head, train_head
from model.photos import Photo
from model.preprocessing import Preprocessing
from model.probe import Embeddings
from model.progress import ProgressReport
from model.splits import Part, part_of, photos_of
from model.triplet_net import EMBEDDING_DIM, TripletNet


@dataclasses.dataclass(frozen=True, slots=True)
class Trained:
    """The network, and what was measured of it and of two yardsticks on the test part."""

    net: TripletNet
    test_scores: Mapping[str, Scores]


def train_on_frozen(
    backbone: nn.Module,
    preprocessing: Preprocessing,
    photos: Sequence[Photo],
    *,
    recipe: HeadRecipe,
    views: int,
    cache_dir: Path,
    progress: ProgressReport,
    embedding_dim: int = EMBEDDING_DIM,
) -> Trained:
    """Train a head on the training part's photos and `views` hard views of each; measure on the test part.

    Blocks for minutes; started again after an interruption, it goes on from the features in `cache_dir`.
    TrainingDataInvalid for photos that cannot be read, or too few of them.
    """
    rows = [row for row, photo in enumerate(photos) if part_of(photo.instance) is Part.TRAIN]
    training = [photos[row] for row in rows]
    if len(training) < embedding_dim or not photos_of(photos, Part.TEST):
        raise TrainingDataInvalid(
            f"{len(photos)} photos, {len(training)} of them to train on, are too few "
            f"for vectors of {embedding_dim} numbers"
        )
    cache = FeatureCache(cache_dir, FeatureExtractor(backbone, preprocessing))
    progress.begin("features of the photos", len(photos))
    features = [cache.features(photos, advance=progress.advance)[rows]]
    for seed in range(1, views + 1):
        progress.begin(f"features of view {seed} of {views}", len(training))
        features.append(cache.features(training, views=HARD, seed=seed, advance=progress.advance))

    start = principal_head(features[0], embedding_dim)
    head = principal_head(features[0], embedding_dim)
    progress.begin("training the head", recipe.steps)
    train_head(
        head,
        features,
        [photo.category for photo in training],
        recipe,
        after_step=lambda _step, _loss: progress.advance(1),
    )

    def measured(embedding: Callable[[Features], Embeddings]) -> Scores:
        return evaluate(_on_features(cache, embedding, progress), photos, Part.TEST)

    scores = {
        "raw features": measured(_normalised),
        f"PCA-{embedding_dim}": measured(lambda found: embed_features(start, found)),
        "trained head": measured(lambda found: embed_features(head, found)),
    }
    return Trained(TripletNet(backbone, embedding_dim, head), scores)


def _on_features(
    cache: FeatureCache, embedding: Callable[[Features], Embeddings], progress: ProgressReport
) -> EmbedPhotos:
    def embed(photos: Sequence[Photo], *, views: Views | None = None, seed: int = 0) -> Embeddings:
        progress.begin("measuring", len(photos))
        return embedding(cache.features(photos, views=views, seed=seed, advance=progress.advance))

    return embed


def _normalised(features: Features) -> Embeddings:
    return np.asarray(features / np.linalg.norm(features, axis=1, keepdims=True))
