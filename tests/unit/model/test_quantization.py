"""The int8 variant of a small model."""

from pathlib import Path

import numpy as np
import pytest

from model.errors import ModelFileInvalid
from model.export import export
from model.onnx_embedder import OnnxEmbedder
from model.quantization import quantise
from tests.unit.model.small_models import small_preprocessing
from tests.unit.model.small_networks import small_net

PIXELS = np.random.default_rng(0).integers(0, 256, (24, 32, 32, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exact") / "small.onnx"
    export(small_net(), backbone="small", preprocessing=small_preprocessing(), output=path)
    return path


def test_the_variant_embeds_nearly_alike(exact: Path, tmp_path: Path) -> None:
    """Its vectors are near the exact model's, of length 1, and its weights are smaller integers."""
    quantise(exact, PIXELS, tmp_path / "int8.onnx")
    variant = OnnxEmbedder(tmp_path / "int8.onnx")

    cosines = (variant.embed_prepared(PIXELS) * OnnxEmbedder(exact).embed_prepared(PIXELS)).sum(axis=1)

    assert cosines.min() > 0.95
    assert not np.array_equal(variant.embed_prepared(PIXELS), OnnxEmbedder(exact).embed_prepared(PIXELS))
    assert b"QuantizeLinear" in (tmp_path / "int8.onnx").read_bytes()


def test_the_variant_is_a_version_of_its_own(exact: Path, tmp_path: Path) -> None:
    """Model and calibration decide its version, which is not the exact model's; all else is the same."""
    first = quantise(exact, PIXELS, tmp_path / "one.onnx")
    again = quantise(exact, PIXELS, tmp_path / "two.onnx")
    other = quantise(exact, PIXELS // 2, tmp_path / "three.onnx")
    info = OnnxEmbedder(exact).info

    assert first.model_version == again.model_version
    assert len({info.model_version, first.model_version, other.model_version}) == 3
    assert (first.backbone, first.preprocessing) == (info.backbone, info.preprocessing)
    assert OnnxEmbedder(tmp_path / "one.onnx").info == first


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    """A foreign file is one clear error, and nothing is written."""
    foreign = tmp_path / "foreign.onnx"
    foreign.write_bytes(b"no model")

    with pytest.raises(ModelFileInvalid):
        quantise(foreign, PIXELS, tmp_path / "out.onnx")

    assert not (tmp_path / "out.onnx").exists()
