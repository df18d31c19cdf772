"""Export: what is written, and when nothing is."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from PIL import Image
from torch import nn

from model.embedder import Embedder
from model.errors import ExportRefused, ModelFileInvalid, ModelFileMissing, TorchMissing
from model.export import Exported, export, model_version_of
from model.load_embedder import load_embedder
from model.onnx_embedder import OnnxEmbedder
from model.settings import EmbedderKind, ModelSettings
from model.tensor_file import load_tensor_file, save_tensor_file
from model.torch_embedder import TorchEmbedder
from model.triplet_net import TripletNet
from tests.unit.model.small_networks import SMALL, small_net

BACKBONES = {"small": SMALL}


def write(output: Path, net: TripletNet, **changes: object) -> Exported:
    plain = {"backbone": "small", "preprocessing": SMALL.preprocessing, "output": output}
    return export(net, **(plain | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return write(tmp_path_factory.mktemp("exported") / "small.onnx", small_net())


def pictures(count: int) -> list[Image.Image]:
    random = np.random.default_rng(1)
    coarse = random.integers(0, 256, (count, 5, 4, 3), dtype=np.uint8)
    return [Image.fromarray(pixels).resize((53, 71), Image.Resampling.BICUBIC) for pixels in coarse]


def test_onnx_and_torch_agree(exported: Exported) -> None:
    """Both files give the same vectors to cosine 0.9999, and name the same version and preprocessing."""
    served: list[Embedder] = [
        OnnxEmbedder(exported.onnx_path),
        TorchEmbedder(exported.onnx_path, backbones=BACKBONES),
    ]
    one, other = (embedder.embed(pictures(20)) for embedder in served)

    assert (one * other).sum(axis=1).min() >= 0.9999
    assert {(served[0].model_version, served[0].dimension, served[0].preprocessing)} == {
        (served[1].model_version, served[1].dimension, served[1].preprocessing)
    }
    assert one.dtype == other.dtype == np.float32


def test_normalisation_is_in_the_graph(exported: Exported) -> None:
    """The file takes bytes; torch given the normalised picture answers the same."""
    (picture,) = pictures(1)
    pixels = SMALL.preprocessing.prepare(picture)
    normalised = (torch.from_numpy(pixels).permute(2, 0, 1).float() - 127) / 128

    with torch.inference_mode():
        expected = small_net()(normalised.unsqueeze(0)).numpy()

    assert OnnxEmbedder(exported.onnx_path).embed_prepared(pixels[np.newaxis]) @ expected.T >= 0.9999


@pytest.mark.parametrize("batch_size", [1, 2, 16, 33])
def test_batch_size_changes_nothing(exported: Exported, batch_size: int) -> None:
    """A network's vectors are the same to 1e-5 in batches of any size."""
    embedder = OnnxEmbedder(exported.onnx_path)
    prepared = np.stack([embedder.prepare(picture) for picture in pictures(40)])

    parts = [
        embedder.embed_prepared(prepared[start : start + batch_size]) for start in range(0, 40, batch_size)
    ]

    assert np.abs(np.concatenate(parts) - embedder.embed_prepared(prepared)).max() <= 1e-5


def test_the_file_tells_nothing_of_the_machine(exported: Exported) -> None:
    """Neither paths of source files nor anything else but weights and metadata is in the file."""
    content = exported.onnx_path.read_bytes()

    assert str(Path(torch.__file__).parent).encode() not in content
    assert b"site-packages" not in content
    assert all(not node.metadata_props for node in onnx.load(exported.onnx_path).graph.node)


def test_both_files_can_be_read_by_others(exported: Exported) -> None:
    """Another user's service may read what was exported."""
    assert exported.onnx_path.stat().st_mode & 0o044 == 0o044
    assert exported.tensor_path.stat().st_mode & 0o044 == 0o044


def test_the_version_follows_weights_and_preprocessing() -> None:
    """Equal weights and preprocessing have equal versions; a change of either is another version."""
    net, preprocessing = small_net(), SMALL.preprocessing
    version = model_version_of(net, "small", preprocessing)
    other = small_net()
    with torch.no_grad():
        next(iter(other.head.parameters()))[0, 0] += 1e-3

    assert version == model_version_of(small_net(), "small", preprocessing)
    assert version != model_version_of(other, "small", preprocessing)
    assert version != model_version_of(net, "small", dataclasses.replace(preprocessing, size_px=64))


def graph_of(exported: Exported, drift: float = 0.0) -> Callable[[nn.Module, int], onnx.ModelProto]:
    """Instead of an exporter: the graph of an earlier export, its head's bias changed by `drift`."""
    proto = onnx.load(exported.onnx_path)
    (bias,) = (tensor for tensor in proto.graph.initializer if tensor.name.endswith("head.0.bias"))
    drifted = numpy_helper.to_array(bias) + drift * np.arange(exported.info.dimension)
    bias.CopyFrom(numpy_helper.from_array(drifted.astype(np.float32), bias.name))
    return lambda _net, _size_px: proto


@pytest.mark.parametrize("drift", [0.001, 10.0])
def test_a_graph_that_disagrees_is_not_written(tmp_path: Path, exported: Exported, drift: float) -> None:
    """Where the graph answers other than torch, a little or quite, an earlier file stays."""
    output = tmp_path / "model.onnx"
    output.write_bytes(b"earlier")

    with pytest.raises(ExportRefused, match="cosine"):
        write(output, small_net(), images=pictures(8), to_graph=graph_of(exported, drift))

    assert output.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [output]


def test_a_network_of_nan_is_not_written(tmp_path: Path) -> None:
    """A network whose own vectors are not finite is refused before anything is written."""
    net = small_net()
    with torch.no_grad():
        next(iter(net.head.parameters())).fill_(torch.nan)

    with pytest.raises(ExportRefused, match="not finite"):
        write(tmp_path / "model.onnx", net)

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_too_large_is_not_written(tmp_path: Path, exported: Exported) -> None:
    """A size limit is kept."""
    with pytest.raises(ExportRefused, match="more than 1000"):
        write(tmp_path / "model.onnx", small_net(), max_bytes=1000, to_graph=graph_of(exported))

    assert list(tmp_path.iterdir()) == []


def test_tensors_come_back(tmp_path: Path, exported: Exported) -> None:
    """A network read from its tensor file has the version it was written with."""
    net, info = load_tensor_file(exported.tensor_path, BACKBONES)

    assert info == exported.info
    assert model_version_of(net, "small", info.preprocessing) == info.model_version


@pytest.mark.parametrize("kind", ["missing", "noise", "foreign", "unknown backbone", "incomplete"])
def test_a_tensor_file_that_cannot_be_served_is_one_line(
    tmp_path: Path, exported: Exported, kind: str
) -> None:
    """A tensor file that is missing, damaged or not ours is a ModelFileError of one line."""
    path = tmp_path / "model.safetensors"
    backbones = BACKBONES
    match kind:
        case "noise":
            path.write_bytes(b"\xff" * 100)
        case "foreign":
            path.write_bytes((8).to_bytes(8, "little") + b"{}      ")
        case "unknown backbone":
            path.write_bytes(exported.tensor_path.read_bytes())
            backbones = {}
        case "incomplete":
            net = small_net()
            del net.backbone.top
            save_tensor_file(net, exported.info, path)

    with pytest.raises((ModelFileMissing, ModelFileInvalid)) as caught:
        load_tensor_file(path, backbones)

    assert "\n" not in str(caught.value)


def test_torch_checks_its_probe_too(tmp_path: Path, exported: Exported) -> None:
    """Tensors that were changed after the export are refused at load."""
    path = tmp_path / "model.safetensors"
    save_tensor_file(small_net(seed=1), exported.info, path)

    with pytest.raises(ModelFileInvalid, match="damaged"):
        TorchEmbedder(path, backbones=BACKBONES)


def test_torch_is_served_on_request(tmp_path: Path) -> None:
    """`EMBEDDER=torch` looks for the tensor file beside the model."""
    settings = ModelSettings(model_path=tmp_path / "none.onnx", embedder=EmbedderKind.TORCH)

    with pytest.raises(ModelFileMissing, match=r"none\.safetensors"):
        load_embedder(settings)


def test_missing_torch_says_how_to_get_it() -> None:
    """Where torch is not installed, the error names the requirements to install."""
    assert "requirements.txt" in str(TorchMissing("EMBEDDER=torch"))
