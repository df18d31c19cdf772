"""`python -m model embed`: the vectors of picture files."""

import json
from pathlib import Path

import click

from model.load_embedder import load_embedder
from model.photos import open_photo
from model.settings import SHIPPED_MODEL, EmbedderKind, EmbedDevice, ModelSettings


@click.command("embed")
@click.argument(
    "pictures", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--model", type=click.Path(path_type=Path), default=SHIPPED_MODEL, show_default="the one that ships"
)
@click.option(
    "--embedder",
    type=click.Choice(EmbedderKind, case_sensitive=False),
    default=EmbedderKind.ONNX,
    show_default=True,
)
@click.option(
    "--device",
    type=click.Choice(EmbedDevice, case_sensitive=False),
    default=EmbedDevice.CPU,
    show_default=True,
)
def command(pictures: tuple[Path, ...], model: Path, embedder: EmbedderKind, device: EmbedDevice) -> None:
    """Print one JSON line for each of PICTURES: file, model version, vector.

    \b
    Examples:
      python -m model embed photo.jpg
      python -m model embed --model my-model.onnx photos/*.jpg > vectors.jsonl
    """
    loaded = load_embedder(ModelSettings(model_path=model, embedder=embedder, embed_device=device))
    for picture in pictures:
        (vector,) = loaded.embed([open_photo(picture, loaded.preprocessing.min_side_px)])
        line = {
            "file": str(picture),
            "model_version": loaded.model_version,
            "vector": [round(float(number), 6) for number in vector],
        }
        click.echo(json.dumps(line))
