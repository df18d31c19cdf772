"""`python -m model train` from photos to a file that serves, and again after an interruption."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.errors import ModelError
from model.onnx_embedder import OnnxEmbedder
from model.tensor_file import load_tensor_file

pytestmark = [pytest.mark.integration, pytest.mark.slow]

PHOTOS = 220


@pytest.fixture
def photo_folder(tmp_path: Path) -> Path:
    """Photos of three categories, told apart by their texture."""
    folder = tmp_path / "photos"
    (folder / "images").mkdir(parents=True)
    random = np.random.default_rng(0)
    rows = ["image,category,photographer"]
    for number in range(PHOTOS):
        cells = (3, 8, 24)[number % 3]
        coarse = random.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((64, 80), Image.Resampling.NEAREST).save(
            folder / "images" / f"{number}.png"
        )
        rows.append(f"{number},{('large', 'middle', 'small')[number % 3]},{number % 5}")
    (folder / "images.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


def train(photo_folder: Path, output: Path) -> str:
    command = [sys.executable, "-m", "model", "train", "--data", str(photo_folder), "--output", str(output)]
    options = ["--views", "1", "--steps", "30", "--embedding-dim", "16"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.timeout(600)
def test_photos_become_a_model(tmp_path: Path, photo_folder: Path) -> None:
    """One command trains, measures beside its yardsticks and exports; repeated, it gives the same model."""
    said = train(photo_folder, tmp_path / "one.onnx")
    (tmp_path / "one.features").rename(tmp_path / "two.features")
    train(photo_folder, tmp_path / "two.onnx")

    one, two = OnnxEmbedder(tmp_path / "one.onnx"), OnnxEmbedder(tmp_path / "two.onnx")
    figures = json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))
    assert one.model_version == two.model_version == figures["model_version"]
    assert (one.dimension, one.info.backbone) == (16, "efficientnet_lite0")
    assert figures["lowest_cosine_to_torch"] >= 0.9999
    assert list(figures["test"]) == ["raw features", "PCA-16", "trained head"]
    assert all(name in said for name in figures["test"])
    assert load_tensor_file(tmp_path / "one.safetensors")[1] == one.info


@pytest.mark.timeout(600)
def test_too_few_photos_are_one_line(tmp_path: Path, photo_folder: Path) -> None:
    """A folder with fewer photos than the vectors are long cannot start, and says so."""
    table = photo_folder / "images.csv"
    table.write_text("\n".join(table.read_text(encoding="utf-8").splitlines()[:12]), encoding="utf-8")

    with pytest.raises(subprocess.CalledProcessError) as caught:
        train(photo_folder, tmp_path / "out.onnx")

    assert caught.value.stderr.strip().splitlines()[-1].startswith("Error: ")
    assert ModelError.__name__ not in caught.value.stderr
