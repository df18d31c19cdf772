"""What both training commands end with: figures on the screen, a model that serves, and its papers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from model.evaluation import Scores, table
from model.export import Exported, export
from model.photos import Photo, open_photo
from model.preprocessing import Preprocessing
from model.splits import Part, photos_of
from model.triplet_net import TripletNet

_CHECKED_PHOTOS = 64


def export_trained(
    net: TripletNet, backbone: str, preprocessing: Preprocessing, photos: Sequence[Photo], output: Path
) -> Exported:
    """Writes `output` (.onnx) and its .safetensors, checked on photos of the test part. ExportRefused."""
    checked = [open_photo(photo.path) for photo in photos_of(photos, Part.TEST)[:_CHECKED_PHOTOS]]
    return export(net, backbone=backbone, preprocessing=preprocessing, output=output, images=checked)


def write_figures(
    exported: Exported,
    recipe: Mapping[str, Any],
    photos: Sequence[Photo],
    test_scores: Mapping[str, Scores],
) -> None:
    """Prints the scores, and writes them with the recipe beside the model, as .json."""
    figures = {
        "model_version": exported.info.model_version,
        "recipe": recipe,
        "photos": len(photos),
        "lowest_cosine_to_torch": exported.lowest_cosine,
        "test": {name: asdict(scores) for name, scores in test_scores.items()},
    }
    path = exported.onnx_path.with_suffix(".json")
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    click.echo(table(test_scores))
    click.echo(
        f"{exported.onnx_path}: version {exported.info.model_version}, "
        f"cosine to torch ≥ {exported.lowest_cosine:.6f}"
    )
