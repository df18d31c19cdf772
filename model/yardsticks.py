"""What a trained network is held against: the backbone's features as they are, and their components."""

from collections.abc import Callable, Sequence

import numpy as np
from torch import nn

from model.augment import Views
from model.evaluation import EmbedPhotos, Scores, evaluate
from model.features import FeatureCache, Features
from model.head_training import embed_features
from model.photos import Photo
from model.probe import Embeddings
from model.progress import ProgressReport
from model.splits import Part


def yardsticks(
    cache: FeatureCache, principal: nn.Module, photos: Sequence[Photo], part: Part, progress: ProgressReport
) -> dict[str, Scores]:
    """Measures both on one part of the photos; `principal` is an untrained `principal_head`. Blocks."""
    dimension = next(principal.parameters()).shape[0]
    return {
        "raw features": measured_on_features(cache, _normalised, photos, part, progress),
        f"PCA-{dimension}": measured_on_features(
            cache, lambda features: embed_features(principal, features), photos, part, progress
        ),
    }


def measured_on_features(
    cache: FeatureCache,
    embedding: Callable[[Features], Embeddings],
    photos: Sequence[Photo],
    part: Part,
    progress: ProgressReport,
) -> Scores:
    """Measures what `embedding` makes of cached features. Blocks for those that are not cached yet."""

    def embed(photos: Sequence[Photo], *, views: Views | None = None, seed: int = 0) -> Embeddings:
        progress.begin("measuring", len(photos))
        return embedding(cache.features(photos, views=views, seed=seed, advance=progress.advance))

    embed_photos: EmbedPhotos = embed
    return evaluate(embed_photos, photos, part)


def _normalised(features: Features) -> Embeddings:
    return np.asarray(features / np.linalg.norm(features, axis=1, keepdims=True))
