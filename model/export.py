"""A trained TripletNet becomes files to serve: ONNX and safetensors, of one model version."""

import dataclasses
import hashlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from PIL import Image
from torch import nn

from model.checked_embedder import checked_embeddings
from model.errors import BadEmbedding, ExportRefused, ModelFileInvalid
from model.model_info import ModelInfo
from model.onnx_embedder import OnnxEmbedder
from model.onnx_graph import onnx_graph
from model.pixel_net import PixelNet
from model.preprocessing import Pixels, Preprocessing
from model.probe import Embeddings, probe_pixels
from model.tensor_file import net_tensors, save_tensor_file
from model.triplet_net import TripletNet

MIN_AGREEMENT_COSINE = 0.9999


@dataclasses.dataclass(frozen=True, slots=True)
class Exported:
    """What was written; `lowest_cosine` is the worst agreement with torch over the pictures of the check."""

    info: ModelInfo
    onnx_path: Path
    tensor_path: Path
    checked_images: int
    lowest_cosine: float


def export(
    net: TripletNet,
    *,
    backbone: str,
    preprocessing: Preprocessing,
    output: Path,
    images: Sequence[Image.Image] = (),
    max_bytes: int | None = None,
    to_graph: Callable[[nn.Module, int], onnx.ModelProto] = onnx_graph,
) -> Exported:
    """Write `output` (.onnx) and a .safetensors beside it, whole, and only when the graph is proved right.

    The graph must agree with torch to cosine ≥ 0.9999 on the given RGB pictures and on the probe, in batches
    of several sizes; ExportRefused if it does not, or if it would be larger than `max_bytes`. Takes seconds.
    """
    pixel_net = PixelNet(net.cpu(), preprocessing).eval()
    checked = np.concatenate(
        [
            probe_pixels(preprocessing.size_px),
            *(preprocessing.prepare(image)[np.newaxis] for image in images),
        ]
    )
    try:
        expected = checked_embeddings(_embed_with_torch(pixel_net, checked), len(checked), net.embedding_dim)
    except BadEmbedding as error:
        raise ExportRefused(f"torch's own vectors are no embeddings: {error}; nothing written") from error
    info = ModelInfo(
        model_version=model_version_of(net, backbone, preprocessing),
        backbone=backbone,
        dimension=net.embedding_dim,
        preprocessing=preprocessing,
        probe=expected[0],
    )
    tensor_path = output.with_suffix(".safetensors")
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".export-") as folder:
        onnx_file, tensor_file = Path(folder) / output.name, Path(folder) / tensor_path.name
        proto = to_graph(pixel_net, preprocessing.size_px)
        onnx.helper.set_model_props(proto, info.to_metadata())
        onnx.save_model(proto, onnx_file)
        lowest_cosine = _agreement(onnx_file, checked, expected)
        if lowest_cosine < MIN_AGREEMENT_COSINE:
            raise ExportRefused(
                f"the graph's cosine to torch is {lowest_cosine:.6f} at worst; nothing written"
            )
        size_bytes = onnx_file.stat().st_size
        if max_bytes is not None and size_bytes > max_bytes:
            raise ExportRefused(
                f"{output.name} would have {size_bytes} bytes, more than {max_bytes}; nothing written"
            )
        save_tensor_file(net, info, tensor_file)
        tensor_file.chmod(0o644)
        tensor_file.replace(tensor_path)
        onnx_file.replace(output)
    return Exported(info, output, tensor_path, len(images), lowest_cosine)


def model_version_of(net: TripletNet, backbone: str, preprocessing: Preprocessing) -> str:
    """8 hex digits of a hash of everything that an embedding depends on."""
    digest = hashlib.sha256(f"{backbone}\n{preprocessing.to_json()}\n".encode())
    for name, tensor in sorted(net_tensors(net).items()):
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}\n".encode())
        digest.update(tensor.numpy().tobytes())
    return digest.hexdigest()[:8]


def _embed_with_torch(pixel_net: PixelNet, batch: Pixels) -> Embeddings:
    with torch.inference_mode():
        parts = [
            pixel_net(torch.from_numpy(batch[start : start + 16])).numpy()
            for start in range(0, len(batch), 16)
        ]
    return np.concatenate(parts)


def _agreement(onnx_file: Path, checked: Pixels, expected: Embeddings) -> float:
    lowest = 1.0
    try:
        embedder = OnnxEmbedder(onnx_file)
        for batch_size in (1, 5, 32):
            starts = range(0, len(checked), batch_size)
            found = [embedder.embed_prepared(checked[start : start + batch_size]) for start in starts]
            lowest = min(lowest, float(np.sum(np.concatenate(found) * expected, axis=1).min()))
    except ModelFileInvalid as error:
        raise ExportRefused(f"the graph cannot be served: {error.reason}; nothing written") from error
    except BadEmbedding as error:
        raise ExportRefused(f"the graph fails on the checked pictures: {error}; nothing written") from error
    return lowest
