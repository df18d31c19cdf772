"""`python -m model train`: from a folder of photos to a model file."""

import dataclasses
import json
from pathlib import Path

import click
from torch import nn

from model.backbones import BACKBONES, Backbone
from model.commands.progress import progress_bar
from model.errors import ModelError
from model.evaluation import table
from model.export import export
from model.frozen_training import train_on_frozen
from model.head_training import HeadRecipe
from model.objective import Miner
from model.photos import open_photo, read_photos
from model.preprocessing import Resize
from model.splits import Part, photos_of
from model.tensor_file import load_tensor_file
from model.triplet_net import EMBEDDING_DIM

_RECIPE = HeadRecipe()
_CHECKED_PHOTOS = 64


@click.command("train")
@click.option(
    "--data", required=True, type=click.Path(path_type=Path), help="Folder with images.csv and images/."
)
@click.option(
    "--backbone",
    "backbone_name",
    type=click.Choice(list(BACKBONES)),
    default="efficientnet_lite0",
    show_default=True,
)
@click.option(
    "--init", type=click.Path(path_type=Path), help="Start from this model's .safetensors, not from ImageNet."
)
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The .onnx file to write.")
@click.option(
    "--resize", type=click.Choice(Resize, case_sensitive=False), help="Default: as the backbone was trained."
)
@click.option(
    "--views", type=click.IntRange(min=1), default=4, show_default=True, help="Augmented views of each photo."
)
@click.option("--steps", type=click.IntRange(min=1), default=_RECIPE.steps, show_default=True)
@click.option("--learning-rate", default=_RECIPE.learning_rate, show_default=True)
@click.option(
    "--miner",
    type=click.Choice(Miner, case_sensitive=False),
    default=_RECIPE.miner,
    show_default=True,
    help="Which triplets of a batch count.",
)
@click.option("--margin", default=_RECIPE.margin, show_default=True, help="Of the triplet loss, in cosine.")
@click.option(
    "--instance-weight",
    default=_RECIPE.instance_weight,
    show_default=True,
    help="How much the very product counts beside its kind.",
)
@click.option("--temperature", default=_RECIPE.temperature, show_default=True, help="Of the instance term.")
@click.option("--embedding-dim", default=EMBEDDING_DIM, show_default=True, help="Length of a vector.")
@click.option("--seed", default=_RECIPE.seed, show_default=True)
@click.option(
    "--cache-dir",
    type=click.Path(path_type=Path),
    help="Where features are kept. Default: beside the output.",
)
def command(  # noqa: PLR0917 (click passes options by name)
    data: Path,
    backbone_name: str,
    init: Path | None,
    output: Path,
    resize: Resize | None,
    views: int,
    steps: int,
    learning_rate: float,
    miner: Miner,
    margin: float,
    instance_weight: float,
    temperature: float,
    embedding_dim: int,
    seed: int,
    cache_dir: Path | None,
) -> None:
    """Train a TripletNet on the photos of DATA, measure it on their test part, and export it.

    images.csv has the columns image and category; if known, instance (or product_id) and photographer.
    Interrupted, the same command goes on from the features that it has kept.

    \b
    Examples:
      python -m model train --data photos/ --output my-model.onnx
      python -m model train --data photos/ --output my-model.onnx --miner hard --instance-weight 1
    """
    backbone = BACKBONES[backbone_name]
    preprocessing = backbone.preprocessing
    if resize is not None:
        preprocessing = dataclasses.replace(preprocessing, resize=resize)
    recipe = dataclasses.replace(
        _RECIPE,
        steps=steps,
        learning_rate=learning_rate,
        miner=miner,
        margin=margin,
        instance_weight=instance_weight,
        temperature=temperature,
        seed=seed,
    )
    photos = read_photos(data)
    network = _initial(backbone, init)
    with progress_bar() as progress:
        trained = train_on_frozen(
            network,
            preprocessing,
            photos,
            recipe=recipe,
            views=views,
            cache_dir=cache_dir or output.with_suffix(".features"),
            progress=progress,
            embedding_dim=embedding_dim,
        )
    click.echo(table(trained.test_scores))
    exported = export(
        trained.net,
        backbone=backbone.name,
        preprocessing=preprocessing,
        output=output,
        images=[open_photo(photo.path) for photo in photos_of(photos, Part.TEST)[:_CHECKED_PHOTOS]],
    )
    figures = {
        "model_version": exported.info.model_version,
        "recipe": dataclasses.asdict(recipe) | {"views": views, "resize": preprocessing.resize.value},
        "photos": len(photos),
        "lowest_cosine_to_torch": exported.lowest_cosine,
        "test": {name: dataclasses.asdict(scores) for name, scores in trained.test_scores.items()},
    }
    output.with_suffix(".json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    click.echo(
        f"{output}: version {exported.info.model_version}, cosine to torch ≥ {exported.lowest_cosine:.6f}"
    )


def _initial(backbone: Backbone, init: Path | None) -> nn.Module:
    if init is not None:
        net, info = load_tensor_file(init)
        if info.backbone != backbone.name:
            raise ModelError(f"{init}: its backbone is {info.backbone}, not {backbone.name}")
        return net.backbone
    if backbone.build_pretrained is None:
        raise ModelError(
            f"no ImageNet weights are packaged for {backbone.name}: name a model to start from with --init"
        )
    return backbone.build_pretrained()
