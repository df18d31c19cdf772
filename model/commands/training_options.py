"""The options that both training commands have."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from model.backbones import BACKBONES
from model.objective import CategoryLoss, Miner, ObjectiveRecipe
from model.preprocessing import Resize
from model.triplet_net import EMBEDDING_DIM

Command = TypeVar("Command", bound=Callable[..., Any])

_TRAINING = (
    click.option(
        "--data", required=True, type=click.Path(path_type=Path), help="Folder with images.csv and images/."
    ),
    click.option(
        "--backbone", type=click.Choice(list(BACKBONES)), default="efficientnet_lite0", show_default=True
    ),
    click.option(
        "--init",
        type=click.Path(path_type=Path),
        help="Start from this model (its .safetensors), with its preprocessing, not from ImageNet.",
    ),
    click.option("--output", type=click.Path(path_type=Path), required=True, help="The .onnx file to write."),
    click.option(
        "--resize",
        type=click.Choice(Resize, case_sensitive=False),
        help="What happens to a picture that is not square. Default: as the network was trained before.",
    ),
    click.option(
        "--embedding-dim",
        type=click.IntRange(min=2),
        default=EMBEDDING_DIM,
        show_default=True,
        help="Length of a vector.",
    ),
    click.option("--seed", type=int, default=0, show_default=True),
    click.option(
        "--work-dir",
        type=click.Path(path_type=Path),
        help="Where a run keeps features, state and logs. Default: beside the output, .training.",
    ),
)


def training_options(command: Command) -> Command:
    """What is trained on, from where, and where it goes."""
    return _with_options(_TRAINING, command)


def objective_options(default: ObjectiveRecipe) -> Callable[[Command], Command]:
    """The terms of the objective, by the names of `ObjectiveRecipe`'s fields."""
    options = (
        click.option(
            "--loss",
            type=click.Choice(CategoryLoss, case_sensitive=False),
            default=default.loss,
            show_default=True,
            help="What brings photos of one category together.",
        ),
        click.option(
            "--miner",
            type=click.Choice(Miner, case_sensitive=False),
            default=default.miner,
            show_default=True,
            help="Which triplets of a batch count (with --loss triplet).",
        ),
        click.option(
            "--margin",
            type=click.FloatRange(min=0),
            default=default.margin,
            show_default=True,
            help="Of the triplet loss, in cosine.",
        ),
        click.option(
            "--category-temperature",
            type=click.FloatRange(min=0.001),
            default=default.category_temperature,
            show_default=True,
            help="Of --loss supcon.",
        ),
        click.option(
            "--category-weight",
            type=click.FloatRange(min=0),
            default=default.category_weight,
            show_default=True,
            help="How much the kind counts.",
        ),
        click.option(
            "--instance-weight",
            type=click.FloatRange(min=0),
            default=default.instance_weight,
            show_default=True,
            help="How much the very product counts beside its kind.",
        ),
        click.option(
            "--instance-temperature",
            type=click.FloatRange(min=0.001),
            default=default.instance_temperature,
            show_default=True,
            help="Of the contrast between photos.",
        ),
        click.option(
            "--kind-dim",
            type=click.IntRange(min=0),
            default=default.kind_dim,
            show_default=True,
            help="So many of a vector's numbers are for the kind alone, the others for the very product. "
            "0: all are for both.",
        ),
        click.option(
            "--kind-share",
            type=click.FloatRange(min=0, max=1, min_open=True, max_open=True),
            default=default.kind_share,
            show_default=True,
            help="How much the kind's numbers count in a comparison (with --kind-dim).",
        ),
    )
    return lambda command: _with_options(options, command)


def objective_recipe(options: Mapping[str, Any]) -> ObjectiveRecipe:
    """What was chosen of `objective_options`."""
    return ObjectiveRecipe(**options)


def _with_options(options: tuple[Callable[[Command], Command], ...], command: Command) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
