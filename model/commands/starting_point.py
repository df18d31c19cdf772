"""A run's network before its first step, with figures to compare the outcome with."""

from dataclasses import dataclass, replace
from pathlib import Path

from model.backbones import Backbone
from model.commands.starting_network import from_imagenet, from_model
from model.errors import TrainingDataInvalid
from model.evaluation import Scores, evaluate, with_embedder
from model.features import FeatureCache, FeatureExtractor
from model.head_training import principal_head
from model.objective import ObjectiveRecipe
from model.photos import Photo
from model.preprocessing import Preprocessing, Resize
from model.progress import ProgressReport
from model.splits import Part, photos_of
from model.torch_embedder import TorchEmbedder
from model.triplet_net import TripletNet
from model.yardsticks import yardsticks


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """The network before its first step, and what it or its yardsticks are measured at on the test part.

    name: `imagenet`, or the version of the model that was trained before.
    """

    net: TripletNet
    preprocessing: Preprocessing
    name: str
    scores: dict[str, Scores]


def starting_point(
    kind: Backbone,
    init: Path | None,
    *,
    resize: Resize | None,
    embedding_dim: int,
    objective: ObjectiveRecipe,
    photos: list[Photo],
    training: list[Photo],
    folder: Path,
    progress: ProgressReport,
) -> StartingPoint:
    """The model at `init`, or ImageNet's backbone with a head made of principal components.

    Blocks while photos are embedded. ModelError, TrainingDataInvalid.
    """
    preprocessing, network, name = kind.preprocessing, None, "imagenet"
    if init is not None:
        net, info = from_model(init, kind)
        preprocessing, network, name = info.preprocessing, net.backbone, info.model_version
    if resize is not None:
        preprocessing = replace(preprocessing, resize=resize)
    if init is not None and net.embedding_dim == embedding_dim:
        progress.begin("measuring the start", len(photos) + 2 * len(photos_of(photos, Part.TEST)))
        before = evaluate(with_embedder(TorchEmbedder(init), progress.advance), photos, Part.TEST)
        return StartingPoint(net, preprocessing, name, {f"before ({name})": before})
    network = network or from_imagenet(kind)
    if len(training) < embedding_dim:
        raise TrainingDataInvalid(
            f"{len(training)} photos to train on are too few for vectors of {embedding_dim} numbers"
        )
    cache = FeatureCache(folder / "features", FeatureExtractor(network, preprocessing))
    progress.begin("features of the photos", len(training))
    features = cache.features(training, advance=progress.advance)
    scores = yardsticks(cache, principal_head(features, embedding_dim), photos, Part.TEST, progress)
    head = principal_head(features, embedding_dim, objective.kind_dim, objective.kind_share)
    return StartingPoint(TripletNet(network, embedding_dim, head), preprocessing, name, scores)
