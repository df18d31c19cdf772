"""A team's ResNet-50 checkpoint, from the file that its training saved to vectors in a service."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.nn import functional
from torchvision.models import resnet50

pytestmark = [pytest.mark.integration, pytest.mark.slow]


def model(*arguments: object) -> str:
    command = [sys.executable, "-m", "model", *(str(argument) for argument in arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def vectors(output: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.asarray([json.loads(line)["vector"] for line in output.splitlines()])


@pytest.mark.timeout(600)
def test_a_resnet50_checkpoint_is_served(tmp_path: Path) -> None:
    """Exported with one command, it embeds as the team's own code does, in ONNX Runtime and in torch."""
    torch.manual_seed(0)
    team = resnet50(weights=None)
    team.fc = nn.Sequential(nn.Linear(2048, 256), nn.ReLU(), nn.Linear(256, 128))
    team.eval()
    state = {f"module.embedding_net.{name}": tensor for name, tensor in team.state_dict().items()}
    torch.save({"epoch": 30, "model_state_dict": state}, tmp_path / "team.pth")
    photos = tmp_path / "photos"
    photos.mkdir()
    random = np.random.default_rng(0)
    pictures = []
    for number in range(4):
        coarse = Image.fromarray(random.integers(0, 256, (6, 5, 3), dtype=np.uint8))
        # 224 × 224, so that the team's own resize changes nothing and only its normalisation counts.
        pictures.append(coarse.resize((224, 224), Image.Resampling.BICUBIC))
        pictures[-1].save(photos / f"{number}.png")

    said = model(
        *("export", "--checkpoint", tmp_path / "team.pth", "--backbone", "resnet50"),
        *("--output", tmp_path / "team.onnx", "--photos", photos),
    )
    files = sorted(photos.iterdir())
    onnx = vectors(model("embed", "--model", tmp_path / "team.onnx", *files))
    in_torch = vectors(model("embed", "--model", tmp_path / "team.onnx", "--embedder", "torch", *files))

    batch = torch.stack([torch.from_numpy(np.array(picture)).permute(2, 0, 1) / 255 for picture in pictures])
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    with torch.inference_mode():
        expected = functional.normalize(
            team((batch - mean[:, None, None]) / std[:, None, None]), dim=1
        ).numpy()
    assert "linear 2048→256, ReLU, linear 256→128" in said
    assert (onnx * expected).sum(axis=1).min() >= 0.9999
    assert (onnx * in_torch).sum(axis=1).min() >= 0.9999
