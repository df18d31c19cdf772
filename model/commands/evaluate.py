"""`python -m model evaluate`: figures of an exported model."""

import dataclasses
import json
from pathlib import Path

import click

from model.commands.progress import progress_bar
from model.contact_sheet import QUERIES, contact_sheet
from model.evaluation import evaluate, table, with_embedder
from model.onnx_embedder import OnnxEmbedder
from model.photos import read_photos
from model.settings import SHIPPED_MODEL
from model.splits import Part, photos_of


@click.command("evaluate")
@click.option(
    "--data", required=True, type=click.Path(path_type=Path), help="Folder with images.csv and images/."
)
@click.option(
    "--model", type=click.Path(path_type=Path), default=SHIPPED_MODEL, show_default="the one that ships"
)
@click.option(
    "--part",
    type=click.Choice(Part, case_sensitive=False),
    default=Part.TEST,
    show_default=True,
    help="Which photos are queries.",
)
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write the figures here too.")
@click.option(
    "--contact-sheet",
    "sheet_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw 24 queries with their ten nearest here (.png), right and wrong marked.",
)
def command(data: Path, model: Path, part: Part, json_path: Path | None, sheet_path: Path | None) -> None:
    """Measure a model on the photos of DATA, with 95 % intervals.

    images.csv has the columns image and category; if known, instance (or product_id) and photographer.

    \b
    Examples:
      python -m model evaluate --data photos/
      python -m model evaluate --data photos/ --model my-model.onnx --json figures.json
      python -m model evaluate --data photos/ --contact-sheet nearest.png
    """
    embedder = OnnxEmbedder(model)
    photos = read_photos(data)
    queries = len(photos_of(photos, part))
    with progress_bar() as progress:
        progress.begin("embedding", len(photos) + 2 * queries)
        scores = evaluate(with_embedder(embedder, progress.advance), photos, part)
    click.echo(table({f"{model.stem} {embedder.model_version}": scores}))
    if json_path is not None:
        figures = {
            "model_version": embedder.model_version,
            "part": part.value,
            "photos": len(photos),
            "scores": dataclasses.asdict(scores),
        }
        json_path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    if sheet_path is not None:
        seen = photos_of(photos, part)
        contact_sheet(with_embedder(embedder)(seen), seen).save(sheet_path, "PNG", optimize=True)
        click.echo(f"{sheet_path}: {min(QUERIES, len(seen))} queries with their nearest")
