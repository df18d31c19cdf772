"""`python -m model quantise`: an int8 variant of an exported model."""

from pathlib import Path

import click
import numpy as np

from model.commands.progress import progress_bar
from model.errors import TrainingDataInvalid
from model.features import view_of
from model.onnx_embedder import read_info
from model.photos import read_photos
from model.quantization import quantise
from model.settings import SHIPPED_MODEL
from model.splits import Part, photos_of


@click.command("quantise")
@click.option(
    "--data", required=True, type=click.Path(path_type=Path), help="Folder with images.csv and images/."
)
@click.option(
    "--model", type=click.Path(path_type=Path), default=SHIPPED_MODEL, show_default="the one that ships"
)
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The .onnx file to write.")
@click.option(
    "--photos",
    "count",
    type=click.IntRange(min=1),
    default=256,
    show_default=True,
    help="So many photos of the training part set the ranges.",
)
def command(data: Path, model: Path, output: Path, count: int) -> None:
    """Write an int8 variant of a model, with a version of its own. Measure it before you use it.

    \b
    Examples:
      python -m model quantise --data photos/ --output my-model-int8.onnx --model my-model.onnx
      python -m model evaluate --data photos/ --model my-model-int8.onnx
    """
    info = read_info(model)
    training = photos_of(read_photos(data), Part.TRAIN)
    if not training:
        raise TrainingDataInvalid(f"{data}: has no photo of the training part")
    chosen = np.random.default_rng(0).permutation(len(training))[:count]
    with progress_bar() as progress:
        progress.begin("preparing photos", len(chosen))
        pixels = []
        for number in chosen:
            pixels.append(view_of(training[number], None, 0, info.preprocessing))
            progress.advance(1)
        progress.begin("quantising", 1)
        quantised = quantise(model, np.stack(pixels), output)
        progress.advance(1)
    click.echo(
        f"{output}: version {quantised.model_version}, "
        f"{output.stat().st_size / 1e6:.1f} MB instead of {model.stat().st_size / 1e6:.1f}"
    )
