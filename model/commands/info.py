"""`python -m model info`: what a model file is."""

import json
from pathlib import Path

import click

from model.onnx_embedder import read_info
from model.settings import SHIPPED_MODEL


@click.command("info")
@click.argument("model", type=click.Path(path_type=Path), default=SHIPPED_MODEL)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(model: Path, *, as_json: bool) -> None:
    """Say what MODEL (.onnx, default: the one that ships) is. Imports no torch.

    \b
    Examples:
      python -m model info
      python -m model info my-model.onnx --json
    """
    info = read_info(model)
    facts = {
        "file": str(model),
        "size_bytes": model.stat().st_size,
        "model_version": info.model_version,
        "backbone": info.backbone,
        "dimension": info.dimension,
        "preprocessing": json.loads(info.preprocessing.to_json()),
    }
    if as_json:
        click.echo(json.dumps(facts))
        return
    for name, value in facts.items():
        click.echo(f"{name:14} {json.dumps(value) if isinstance(value, dict) else value}")
