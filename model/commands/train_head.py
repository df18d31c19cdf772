"""`python -m model train-head`: a head on a frozen backbone, in minutes."""

import dataclasses
from pathlib import Path
from typing import Any

import click

from model.backbones import BACKBONES
from model.commands.finish_training import export_trained, write_figures
from model.commands.progress import progress_bar
from model.commands.starting_network import from_imagenet, from_model
from model.commands.training_options import objective_options, objective_recipe, training_options
from model.features import FeatureCache, FeatureExtractor
from model.frozen_training import train_on_frozen
from model.head_training import HeadRecipe
from model.objective import ObjectiveRecipe
from model.photos import read_photos
from model.preprocessing import Resize

_RECIPE = HeadRecipe()


@click.command("train-head")
@training_options
@click.option(
    "--views", type=click.IntRange(min=1), default=4, show_default=True, help="Augmented views of each photo."
)
@click.option("--steps", type=click.IntRange(min=1), default=_RECIPE.steps, show_default=True)
@click.option("--learning-rate", type=float, default=_RECIPE.learning_rate, show_default=True)
@objective_options(ObjectiveRecipe())
def command(  # noqa: PLR0917 (click passes options by name)
    data: Path,
    backbone: str,
    init: Path | None,
    output: Path,
    resize: Resize | None,
    embedding_dim: int,
    seed: int,
    work_dir: Path | None,
    views: int,
    steps: int,
    learning_rate: float,
    **objective: Any,
) -> None:
    """Train only a head of TripletNet on the photos of DATA, measure it on their test part, and export it.

    images.csv has the columns image and category; if known, instance (or product_id) and photographer.
    Interrupted, the same command goes on from the features that it has kept.

    \b
    Examples:
      python -m model train-head --data photos/ --output my-model.onnx
      python -m model train-head --data photos/ --output my-model.onnx --miner hard --instance-weight 1
    """
    kind = BACKBONES[backbone]
    photos = read_photos(data)
    preprocessing = kind.preprocessing
    if init is None:
        network = from_imagenet(kind)
    else:
        start, info = from_model(init, kind)
        network, preprocessing = start.backbone, info.preprocessing
    if resize is not None:
        preprocessing = dataclasses.replace(preprocessing, resize=resize)
    recipe = HeadRecipe(
        steps=steps, learning_rate=learning_rate, objective=objective_recipe(objective), seed=seed
    )
    folder = work_dir or output.with_suffix(".training")
    with progress_bar() as progress:
        trained = train_on_frozen(
            network,
            photos,
            recipe=recipe,
            views=views,
            cache=FeatureCache(folder / "features", FeatureExtractor(network, preprocessing)),
            progress=progress,
            embedding_dim=embedding_dim,
        )
    exported = export_trained(trained.net, backbone, preprocessing, photos, output)
    said = dataclasses.asdict(recipe) | {"views": views, "resize": preprocessing.resize.value}
    write_figures(exported, said, photos, trained.test_scores)
