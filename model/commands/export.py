"""`python -m model export`: a trained checkpoint becomes a model file that the services can load."""

import dataclasses
from pathlib import Path

import click

from model.backbones import BACKBONES
from model.checkpoint_import import import_checkpoint
from model.export import export
from model.heads import HeadActivation
from model.photos import open_photo
from model.preprocessing import Preprocessing, Resize, Rgb
from model.triplet_net import EMBEDDING_DIM

_PICTURES = ("*.jpg", "*.jpeg", "*.png", "*.webp")
_CHECKED_PHOTOS = 64


class _Channels(click.ParamType[Rgb]):
    """Three numbers, for red, green and blue. Up to 1, they are on torchvision's 0–1 scale, else on 0–255."""

    name = "R,G,B"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Rgb:
        try:
            red, green, blue = (float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value} is not three numbers, as in 0.485,0.456,0.406", param, ctx)
        scale = 255.0 if max(red, green, blue) <= 1 else 1.0
        return red * scale, green * scale, blue * scale


@click.command("export")
@click.option(
    "--checkpoint", required=True, type=click.Path(path_type=Path), help="A .pth, .pt or .safetensors file."
)
@click.option("--backbone", "backbone_name", required=True, type=click.Choice(list(BACKBONES)))
@click.option("--output", required=True, type=click.Path(path_type=Path), help="The .onnx file to write.")
@click.option("--size", "size_px", type=int, help="Side of the picture that the network sees, in pixels.")
@click.option(
    "--resize",
    type=click.Choice(Resize, case_sensitive=False),
    help="What happens to a picture that is not square.",
)
@click.option("--crop-fraction", type=float, help="Part of the shorter side that a crop keeps.")
@click.option("--mean", type=_Channels(), help="Subtracted, on the 0–1 or the 0–255 scale.")
@click.option("--std", type=_Channels(), help="Divided by, on the 0–1 or the 0–255 scale.")
@click.option(
    "--dimension", default=EMBEDDING_DIM, show_default=True, help="Length of the checkpoint's vectors."
)
@click.option(
    "--head-activation",
    type=click.Choice(HeadActivation, case_sensitive=False),
    default=HeadActivation.AUTO,
    show_default=True,
    help="What lies between two linear layers of the head; a checkpoint does not say.",
)
@click.option(
    "--photos",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=f"Folder of pictures; the export is checked on up to {_CHECKED_PHOTOS} of them.",
)
def command(  # noqa: PLR0917 (click passes options by name)
    checkpoint: Path,
    backbone_name: str,
    output: Path,
    size_px: int | None,
    resize: Resize | None,
    crop_fraction: float | None,
    mean: Rgb | None,
    std: Rgb | None,
    dimension: int,
    head_activation: HeadActivation,
    photos: Path | None,
) -> None:
    """Turn your own trained TripletNet into a model file, checked against torch.

    The checkpoint's preprocessing is not in it: name what it was trained with. Defaults are the backbone's:
    resnet50: 224 px, stretch, ImageNet's mean and std; efficientnet_lite0: 224 px, crop, 127 and 128.

    \b
    Examples:
      python -m model export --checkpoint ours.pth --backbone resnet50 --output ours.onnx --photos samples/
      python -m model export --checkpoint ours.pt --backbone resnet50 --output ours.onnx \\
          --resize crop --crop-fraction 0.875 --mean 0.5,0.5,0.5 --std 0.5,0.5,0.5
    """
    backbone = BACKBONES[backbone_name]
    asked = {"size_px": size_px, "resize": resize, "crop_fraction": crop_fraction, "mean": mean, "std": std}
    preprocessing = _changed(
        backbone.preprocessing, {name: value for name, value in asked.items() if value is not None}
    )
    imported = import_checkpoint(checkpoint, backbone, embedding_dim=dimension, activation=head_activation)
    exported = export(
        imported.net,
        backbone=backbone.name,
        preprocessing=preprocessing,
        output=output,
        images=[open_photo(path) for path in _pictures(photos)] if photos is not None else [],
    )
    click.echo(f"head: {imported.head}")
    click.echo(f"preprocessing: {preprocessing.to_json()}")
    click.echo(
        f"{output}: version {exported.info.model_version}, dimension {exported.info.dimension}, "
        f"cosine to torch ≥ {exported.lowest_cosine:.6f} on {exported.checked_images + 1} pictures"
    )


def _changed(preprocessing: Preprocessing, changes: dict[str, object]) -> Preprocessing:
    try:
        return dataclasses.replace(preprocessing, **changes)  # type: ignore[arg-type]
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _pictures(folder: Path) -> list[Path]:
    found = sorted(path for pattern in _PICTURES for path in folder.rglob(pattern))
    if not found:
        raise click.UsageError(f"{folder} holds no pictures ({', '.join(_PICTURES)})")
    return found[:_CHECKED_PHOTOS]
