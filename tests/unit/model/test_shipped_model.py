"""The model that ships: its files, and that they are what its card says."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from images import DecodeLimits, decode
from model.onnx_embedder import OnnxEmbedder
from model.settings import SHIPPED_MODEL, WEIGHTS_DIR
from model.splits import Part
from model.torch_embedder import TorchEmbedder

CATALOGUE = Path(__file__).parents[3] / "producer_examples" / "sample_catalog" / "images"
MAX_BYTES = 16_000_000
NOISE = np.random.default_rng(0).integers(0, 256, (34, 224, 224, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def shipped() -> OnnxEmbedder:
    return OnnxEmbedder(SHIPPED_MODEL)


def test_it_is_small_enough_to_ship() -> None:
    """Neither file is larger than 16 MB, and the weights folder holds no others."""
    sizes = {path.name: path.stat().st_size for path in WEIGHTS_DIR.iterdir()}

    assert set(sizes) == {
        "MODEL_CARD.md",
        "efficientnet_lite0.json",
        "efficientnet_lite0.onnx",
        "efficientnet_lite0.safetensors",
    }
    assert max(sizes.values()) <= MAX_BYTES


def test_it_is_a_triplet_net_of_128_numbers(shipped: OnnxEmbedder) -> None:
    """What ships is Lite0 with 128 numbers, fed 224 × 224 pixels."""
    assert (shipped.info.backbone, shipped.dimension) == ("efficientnet_lite0", 128)
    assert shipped.preprocessing.size_px == 224


@pytest.mark.parametrize("batch_size", [1, 3, 16])
def test_batch_size_changes_nothing(shipped: OnnxEmbedder, batch_size: int) -> None:
    """The shipped model's vectors are the same to 1e-5 in batches of any size."""
    whole = shipped.embed_prepared(NOISE)
    starts = range(0, len(NOISE), batch_size)
    parts = [shipped.embed_prepared(NOISE[start : start + batch_size]) for start in starts]

    assert np.abs(np.concatenate(parts) - whole).max() <= 1e-5


def encoded(photo: Image.Image, form: str) -> bytes:
    """The photo in another file, such that a viewer shows the same picture."""
    buffer = io.BytesIO()
    match form:
        case "CMYK":
            photo.convert("CMYK").save(buffer, "JPEG", quality=90)
        case "turned by EXIF":
            exif = Image.Exif()
            exif[ExifTags.Base.Orientation] = 6
            photo.transpose(Image.Transpose.ROTATE_90).save(buffer, "JPEG", quality=90, exif=exif)
        case "alpha":
            clear = Image.new("RGBA", photo.size, (255, 255, 255, 255))
            clear.paste(photo)
            clear.save(buffer, "PNG")
        case _:
            photo.save(buffer, form)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "turned by EXIF", "CMYK", "alpha"])
def test_a_photo_is_itself_in_every_format(shipped: OnnxEmbedder, form: str) -> None:
    """The same photo in another kind of file has a cosine of at least 0.98 to itself."""
    files = sorted(CATALOGUE.glob("*.jpg"))[::80]
    data = [path.read_bytes() for path in files]
    photos = [decode(each, DecodeLimits()) for each in data]
    again = [decode(encoded(photo, form), DecodeLimits()) for photo in photos]

    cosines = (shipped.embed(photos) * shipped.embed(again)).sum(axis=1)

    assert len(files) >= 5
    assert cosines.min() >= 0.98


def test_both_files_are_one_model(shipped: OnnxEmbedder) -> None:
    """The tensors beside the ONNX file have its version, and give its vectors to cosine 0.9999."""
    in_torch = TorchEmbedder(SHIPPED_MODEL)

    cosines = (in_torch.embed_prepared(NOISE[:8]) * shipped.embed_prepared(NOISE[:8])).sum(axis=1)

    assert in_torch.info == shipped.info
    assert cosines.min() >= 0.9999


def test_its_card_says_what_was_measured(shipped: OnnxEmbedder) -> None:
    """The card names this version, and its figures are those that the training wrote down."""
    card = (WEIGHTS_DIR / "MODEL_CARD.md").read_text(encoding="utf-8")
    figures = json.loads((WEIGHTS_DIR / "efficientnet_lite0.json").read_text(encoding="utf-8"))

    assert figures["model_version"] == shipped.model_version
    assert shipped.model_version in card
    assert Part.TEST.value in figures
    for scores in figures["test"].values():
        for figure in scores.values():
            assert f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]" in card
