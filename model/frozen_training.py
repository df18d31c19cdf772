"""TripletNet on a backbone that stays as it is: features of photos and of views, a head on top of them."""

import dataclasses
from collections.abc import Mapping, Sequence

from model.augment import HARD
from model.backbone_network import BackboneNetwork
from model.errors import TrainingDataInvalid
from model.evaluation import Scores
from model.features import FeatureCache
from model.head_training import HeadRecipe, embed_features, principal_head, train_head
from model.photos import Photo
from model.progress import ProgressReport
from model.splits import Part, part_of
from model.triplet_net import EMBEDDING_DIM, TripletNet
from model.yardsticks import measured_on_features, yardsticks


@dataclasses.dataclass(frozen=True, slots=True)
class Trained:
    """The network, and what was measured of it and of its yardsticks on the test part."""

    net: TripletNet
    test_scores: Mapping[str, Scores]


def train_on_frozen(
    backbone: BackboneNetwork,
    photos: Sequence[Photo],
    *,
    recipe: HeadRecipe,
    views: int,
    cache: FeatureCache,
    progress: ProgressReport,
    embedding_dim: int = EMBEDDING_DIM,
) -> Trained:
    """Train a head on the training part's photos and `views` hard views of each; measure on the test part.

    Blocks for minutes; started again after an interruption, it goes on from the features in `cache`, which
    are those of `backbone`. TrainingDataInvalid for photos that cannot be read, or too few of them.
    """
    rows = [row for row, photo in enumerate(photos) if part_of(photo.instance) is Part.TRAIN]
    training = [photos[row] for row in rows]
    if len(training) < embedding_dim:
        raise TrainingDataInvalid(
            f"{len(photos)} photos, {len(training)} of them to train on, are too few "
            f"for vectors of {embedding_dim} numbers"
        )
    progress.begin("features of the photos", len(photos))
    features = [cache.features(photos, advance=progress.advance)[rows]]
    for seed in range(1, views + 1):
        progress.begin(f"features of view {seed} of {views}", len(training))
        features.append(cache.features(training, views=HARD, seed=seed, advance=progress.advance))

    parts = (recipe.objective.kind_dim, recipe.objective.kind_share)
    start = principal_head(features[0], embedding_dim)
    head = principal_head(features[0], embedding_dim, *parts)
    progress.begin("training the head", recipe.steps)
    train_head(
        head,
        features,
        [photo.category for photo in training],
        recipe,
        after_step=lambda _step, _loss: progress.advance(1),
    )
    trained = measured_on_features(
        cache, lambda found: embed_features(head, found), photos, Part.TEST, progress
    )
    scores = yardsticks(cache, start, photos, Part.TEST, progress) | {"trained head": trained}
    return Trained(TripletNet(backbone, embedding_dim, head), scores)
