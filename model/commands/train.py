"""`python -m model train`: a TripletNet is fine-tuned on a folder of photos."""

import dataclasses
from pathlib import Path
from typing import Any

import click

from model.backbones import BACKBONES, Backbone
from model.commands.finish_training import export_trained, write_figures
from model.commands.progress import progress_bar
from model.commands.starting_point import starting_point
from model.commands.tensorboard_logs import logs_for_tensorboard
from model.commands.training_options import objective_options, objective_recipe, training_options
from model.evaluation import evaluate, with_embedder
from model.fine_tuning import FineTuningRecipe
from model.fine_tuning_run import FineTuningRun
from model.objective import ObjectiveRecipe
from model.onnx_embedder import OnnxEmbedder
from model.photos import read_photos
from model.preprocessing import Resize
from model.sampling import BatchShape
from model.settings import EmbedDevice
from model.splits import Part, photos_of
from model.training_memory import keep_freed_memory
from model.training_store import TrainingStore, photos_digest, refuse_unless_begun
from model.two_parts import kind_dim_of

_RECIPE = FineTuningRecipe()


@click.command("train")
@training_options
@click.option("--epochs", type=click.IntRange(min=1), default=_RECIPE.epochs, show_default=True)
@click.option(
    "--small-epochs",
    type=click.IntRange(min=0),
    default=_RECIPE.small_epochs,
    show_default=True,
    help="So many of them, the first, on smaller pictures.",
)
@click.option(
    "--small-size-px",
    type=click.IntRange(min=32),
    default=_RECIPE.small_size_px,
    show_default=True,
    help="Their side.",
)
@click.option(
    "--frozen-layers",
    type=click.IntRange(min=0),
    show_default="the backbone's own",
    help="Layers, from the picture on, that stay as they are.",
)
@click.option(
    "--batch-categories", type=click.IntRange(min=2), default=_RECIPE.batch.categories, show_default=True
)
@click.option(
    "--batch-photos",
    type=click.IntRange(min=1),
    default=_RECIPE.batch.photos,
    show_default=True,
    help="Of each category; a batch shows each twice.",
)
@click.option(
    "--learning-rate",
    type=click.FloatRange(min=0, min_open=True),
    default=_RECIPE.learning_rate,
    show_default=True,
    help="Of the backbone, at its height.",
)
@click.option(
    "--head-learning-rate",
    type=click.FloatRange(min=0, min_open=True),
    default=_RECIPE.head_learning_rate,
    show_default=True,
)
@click.option("--weight-decay", type=click.FloatRange(min=0), default=_RECIPE.weight_decay, show_default=True)
@click.option("--warmup-steps", type=click.IntRange(min=0), default=_RECIPE.warmup_steps, show_default=True)
@click.option(
    "--averaging",
    type=click.FloatRange(min=0, max=1, max_open=True),
    default=_RECIPE.averaging,
    show_default=True,
    help="Decay of the moving average of the weights, which is what comes out.",
)
@click.option(
    "--classifier-weight",
    type=click.FloatRange(min=0),
    default=_RECIPE.classifier_weight,
    show_default=True,
    help="Of a cross entropy over categories, on the features.",
)
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    default=_RECIPE.patience,
    show_default=True,
    help="Epochs without a better validation before it stops.",
)
@objective_options(_RECIPE.objective)
@click.option(
    "--with-validation",
    is_flag=True,
    help="Train on the validation part too: all epochs are done, and the last one counts.",
)
@click.option("--resume", is_flag=True, help="Go on with the run that was interrupted.")
@click.option(
    "--device",
    type=click.Choice(EmbedDevice, case_sensitive=False),
    default=EmbedDevice.CPU,
    show_default=True,
    help="cuda trains in mixed precision.",
)
@click.option(
    "--tensorboard", type=click.Path(path_type=Path), help="Write logs for TensorBoard to this folder too."
)
def command(  # noqa: PLR0917 (click passes options by name)
    data: Path,
    backbone: str,
    init: Path | None,
    output: Path,
    resize: Resize | None,
    embedding_dim: int,
    seed: int,
    work_dir: Path | None,
    *,
    with_validation: bool,
    resume: bool,
    device: EmbedDevice,
    tensorboard: Path | None,
    **chosen: Any,
) -> None:
    """Fine-tune a TripletNet on the photos of DATA, measure it on their test part, and export it.

    images.csv has the columns image and category; if known, instance (or product_id) and photographer. Which
    part a photo is of (70 % training, 10 % validation, 20 % test) is fixed by its id. The work folder gets a
    line for every step (steps.csv) and every epoch (validation.csv).

    \b
    Examples:
      python -m model train --data photos/ --output my-model.onnx
      python -m model train --data photos/ --output my-model.onnx --resume
      python -m model train --data photos/ --output ours.onnx --init my-model.onnx --epochs 4
      python -m model train --data photos/ --output mine.onnx --loss triplet --miner hard
    """
    kind = BACKBONES[backbone]
    folder = work_dir or output.with_suffix(".training")
    if resume:
        refuse_unless_begun(folder)
    photos = read_photos(data)
    recipe = _recipe(kind, seed, embedding_dim, chosen)
    parts = [Part.TRAIN, Part.VALIDATION] if with_validation else [Part.TRAIN]
    training = [photo for part in parts for photo in photos_of(photos, part)]
    keep_freed_memory()
    with progress_bar() as progress:
        start = starting_point(
            kind,
            init,
            resize=resize,
            embedding_dim=embedding_dim,
            objective=recipe.objective,
            photos=photos,
            training=training,
            folder=folder,
            progress=progress,
        )
        # A head that is taken over keeps its parts.
        objective = dataclasses.replace(recipe.objective, kind_dim=kind_dim_of(start.net.head))
        recipe = dataclasses.replace(recipe, objective=objective)
        identity = {
            "recipe": dataclasses.asdict(recipe),
            "preprocessing": start.preprocessing.to_json(),
            "init": start.name,
            "photos": photos_digest(photo.image_id for photo in training),
        }
        store = TrainingStore(folder, identity)
        with logs_for_tensorboard(tensorboard) as listen:
            run = FineTuningRun(
                start.net,
                start.preprocessing,
                training,
                [] if with_validation else photos_of(photos, Part.VALIDATION),
                recipe=recipe,
                store=store,
                progress=progress,
                listen=listen,
                device=device,
            )
            if resume:
                run.resume()
            else:
                store.begin()
            net = run.to_the_end()
        exported = export_trained(net, kind.name, start.preprocessing, photos, output)
        progress.begin("measuring", len(photos) + 2 * len(photos_of(photos, Part.TEST)))
        scores = evaluate(
            with_embedder(OnnxEmbedder(exported.onnx_path), progress.advance), photos, Part.TEST
        )
    said = dataclasses.asdict(recipe) | {
        "resize": start.preprocessing.resize.value,
        "with_validation": with_validation,
    }
    write_figures(exported, said, photos, start.scores | {"fine-tuned": scores})


def _recipe(kind: Backbone, seed: int, embedding_dim: int, chosen: dict[str, Any]) -> FineTuningRecipe:
    batch = BatchShape(chosen.pop("batch_categories"), chosen.pop("batch_photos"))
    frozen = chosen.pop("frozen_layers")
    if frozen is None:
        frozen = kind.frozen_layers
    if chosen["kind_dim"] >= embedding_dim:
        raise click.UsageError(f"--kind-dim must be smaller than --embedding-dim, {embedding_dim}")
    names = {field.name for field in dataclasses.fields(ObjectiveRecipe)}
    objective = objective_recipe({name: chosen.pop(name) for name in names})
    return FineTuningRecipe(seed=seed, batch=batch, frozen_layers=frozen, objective=objective, **chosen)
