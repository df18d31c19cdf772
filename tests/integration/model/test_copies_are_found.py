"""The shipped model on the sample catalogue: a copy of a photo finds the photo."""

from pathlib import Path

import numpy as np
import pytest

from model.augment import COPIED
from model.onnx_embedder import OnnxEmbedder
from model.photos import open_photo
from model.settings import SHIPPED_MODEL
from model.torch_embedder import TorchEmbedder

pytestmark = pytest.mark.integration

CATALOGUE = Path(__file__).parents[3] / "producer_examples" / "sample_catalog" / "images"


def test_copies_find_their_originals() -> None:
    """Of 50 catalogue photos, mirrored, trimmed and recompressed, at least 48 find themselves first."""
    embedder = OnnxEmbedder(SHIPPED_MODEL)
    photos = [open_photo(path) for path in sorted(CATALOGUE.glob("*.jpg"))]
    chosen = np.linspace(0, len(photos) - 1, 50).astype(int)
    copies = [COPIED.of(photos[row], np.random.default_rng(int(row))) for row in chosen]

    nearest = (embedder.embed(copies) @ embedder.embed(photos).T).argmax(axis=1)

    assert (nearest == chosen).sum() >= 48


def test_torch_agrees_on_real_photos() -> None:
    """On catalogue photos, the shipped files agree to cosine 0.9999."""
    photos = [open_photo(path) for path in sorted(CATALOGUE.glob("*.jpg"))[:24]]

    cosines = (OnnxEmbedder(SHIPPED_MODEL).embed(photos) * TorchEmbedder(SHIPPED_MODEL).embed(photos)).sum(
        axis=1
    )

    assert cosines.min() >= 0.9999
