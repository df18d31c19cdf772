"""`python -m model train` and `train-head`: from photos to a file that serves, also after an interruption."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.errors import ModelError
from model.onnx_embedder import OnnxEmbedder
from model.tensor_file import load_tensor_file
from tests.services.eventually import eventually

pytestmark = [pytest.mark.integration, pytest.mark.slow]

PHOTOS = 96

# Threads of torch that wait for each other spin, which takes the cores of the tests beside this one.
ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1"}


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


HEAD = ("train-head", "--views", "1", "--steps", "30")
# A whole network, seen small: what is tried here is the way, not the result.
FINE = (
    *("train", "--epochs", "2", "--small-epochs", "2", "--small-size-px", "32"),
    *("--batch-categories", "3", "--kind-dim", "6"),
)


def command(photo_folder: Path, output: Path, *options: str) -> list[str]:
    where = ["--data", str(photo_folder), "--output", str(output), "--embedding-dim", "16"]
    return [sys.executable, "-m", "model", *options, *where]


def train(photo_folder: Path, output: Path, *options: str) -> str:
    done = subprocess.run(
        command(photo_folder, output, *options), capture_output=True, text=True, check=True, env=ONE_THREAD
    )
    return done.stdout


@pytest.mark.timeout(600)
def test_photos_become_a_head(tmp_path: Path, photo_folder: Path) -> None:
    """One command trains, measures beside its yardsticks and exports; repeated, it gives the same model."""
    said = train(photo_folder, tmp_path / "one.onnx", *HEAD)
    (tmp_path / "one.training").rename(tmp_path / "two.training")
    train(photo_folder, tmp_path / "two.onnx", *HEAD)

    one, two = OnnxEmbedder(tmp_path / "one.onnx"), OnnxEmbedder(tmp_path / "two.onnx")
    figures = json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))
    assert one.model_version == two.model_version == figures["model_version"]
    assert (one.dimension, one.info.backbone) == (16, "efficientnet_lite0")
    assert figures["lowest_cosine_to_torch"] >= 0.9999
    assert list(figures["test"]) == ["raw features", "PCA-16", "trained head"]
    assert all(name in said for name in figures["test"])
    assert load_tensor_file(tmp_path / "one.safetensors")[1] == one.info


@pytest.mark.timeout(900)
def test_a_network_is_fine_tuned_and_tuned_on(tmp_path: Path, photo_folder: Path) -> None:
    """Killed and resumed, training ends at the same model as in one go; --init goes on from that model."""
    said = train(photo_folder, tmp_path / "whole.onnx", *FINE)
    (tmp_path / "cut.training").mkdir()
    (tmp_path / "whole.training" / "features").rename(tmp_path / "cut.training" / "features")
    cut = subprocess.Popen(
        command(photo_folder, tmp_path / "cut.onnx", *FINE),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=ONE_THREAD,
    )
    state = tmp_path / "cut.training" / "state.pt"
    eventually(state.is_file, timeout_seconds=300)
    cut.kill()
    cut.wait()
    assert not (tmp_path / "cut.onnx").exists()
    train(photo_folder, tmp_path / "cut.onnx", *FINE, "--resume")

    whole, resumed = OnnxEmbedder(tmp_path / "whole.onnx"), OnnxEmbedder(tmp_path / "cut.onnx")
    figures = json.loads((tmp_path / "whole.json").read_text(encoding="utf-8"))
    assert whole.model_version == resumed.model_version == figures["model_version"]
    assert list(figures["test"]) == ["raw features", "PCA-16", "fine-tuned"]
    assert all(name in said for name in figures["test"])

    logs = ("--tensorboard", str(tmp_path / "logs"))
    train(photo_folder, tmp_path / "on.onnx", *FINE, "--init", str(tmp_path / "whole.onnx"), *logs)
    figures = json.loads((tmp_path / "on.json").read_text(encoding="utf-8"))
    assert list(figures["test"]) == [f"before ({whole.model_version})", "fine-tuned"]
    assert figures["model_version"] != whole.model_version
    assert list((tmp_path / "logs").glob("events.out.tfevents.*"))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("options", [HEAD, FINE, (*FINE, "--resume")], ids=["head", "fine", "resume"])
def test_what_cannot_start_is_one_line(tmp_path: Path, photo_folder: Path, options: tuple[str, ...]) -> None:
    """Fewer photos than the vectors are long, or nothing to resume: one line, and no model."""
    if "--resume" not in options:
        table = photo_folder / "images.csv"
        table.write_text("\n".join(table.read_text(encoding="utf-8").splitlines()[:12]), encoding="utf-8")

    with pytest.raises(subprocess.CalledProcessError) as caught:
        train(photo_folder, tmp_path / "out.onnx", *options)

    assert caught.value.stderr.strip().splitlines()[-1].startswith("Error: ")
    assert ModelError.__name__ not in caught.value.stderr
    assert not (tmp_path / "out.onnx").exists()
    assert not ("--resume" in options and (tmp_path / "out.training").exists()), "work was done first"
