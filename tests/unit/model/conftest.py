"""Fixtures of the model's tests: a small model on disk, a photo."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from tests.unit.model.small_models import mean_colour_info, mean_colour_proto


@pytest.fixture
def write_mean_colour(tmp_path: Path) -> Callable[..., Path]:
    """Writes the hand-made model, with some of its metadata replaced."""

    def write(**changes: str) -> Path:
        path = tmp_path / "mean_colour.onnx"
        onnx.save_model(mean_colour_proto(mean_colour_info().to_metadata() | changes), path)
        return path

    return write


@pytest.fixture
def photo() -> Image.Image:
    """A picture of 90 × 60 pixels with colour and texture."""
    random = np.random.default_rng(5)
    coarse = Image.fromarray(random.integers(0, 256, (6, 9, 3), dtype=np.uint8))
    return coarse.resize((90, 60), Image.Resampling.BICUBIC)
