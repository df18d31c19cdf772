"""An int8 variant of an exported model: smaller, and faster on CPUs with integer instructions."""

import dataclasses
import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from model.model_info import ModelInfo
from model.onnx_embedder import INPUT_NAME, OUTPUT_NAME, OnnxEmbedder
from model.onnx_runtime import onnxruntime
from model.preprocessing import Pixels
from model.probe import Embedding, probe_pixels

_BATCH = 16
# Normalisation and the vector's length stay exact; they cost nothing.
_QUANTISED_OPS = ["Conv", "Gemm", "MatMul", "Add", "Clip"]


class _Pixels(CalibrationDataReader):  # type: ignore[misc]  # it ships no types
    """Hands ONNX Runtime one batch after the other."""

    def __init__(self, batches: Iterable[Pixels]) -> None:
        self._batches: Iterator[Pixels] = iter(batches)

    def get_next(self) -> dict[str, Pixels] | None:
        batch = next(self._batches, None)
        return None if batch is None else {INPUT_NAME: batch}


def quantise(model: Path, calibration: Pixels, output: Path) -> ModelInfo:
    """Write `output`: the .onnx file `model` with int8 weights and activations, one scale a channel.

    `calibration` is uint8 [n, s, s, 3], prepared photos whose activations set the ranges. The file has a
    model version of its own: its vectors do not mix with those of `model`. Blocks for a minute or so.
    ModelFileMissing, ModelFileInvalid.
    """
    exact = OnnxEmbedder(model)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".quantise-") as folder:
        fused, quantised = Path(folder) / "fused.onnx", Path(folder) / output.name
        quant_pre_process(model, fused, skip_symbolic_shape=True)
        parts = [calibration[start : start + _BATCH] for start in range(0, len(calibration), _BATCH)]
        quantize_static(
            fused,
            quantised,
            _Pixels(parts),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=_QUANTISED_OPS,
        )
        proto = onnx.load(quantised)
        info = dataclasses.replace(exact.info, model_version=_version_of(exact.info, proto))
        info = dataclasses.replace(info, probe=_probe(proto, info))
        del proto.metadata_props[:]
        onnx.helper.set_model_props(proto, info.to_metadata())
        onnx.save_model(proto, quantised)
        OnnxEmbedder(quantised)
        quantised.replace(output)
    return info


def _version_of(exact: ModelInfo, proto: onnx.ModelProto) -> str:
    digest = hashlib.sha256(f"int8 of {exact.model_version}\n".encode())
    digest.update(proto.graph.SerializeToString(deterministic=True))
    return digest.hexdigest()[:8]


def _probe(proto: onnx.ModelProto, info: ModelInfo) -> Embedding:
    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    (embeddings,) = session.run([OUTPUT_NAME], {INPUT_NAME: probe_pixels(info.preprocessing.size_px)})
    embedding: Embedding = np.asarray(embeddings)[0]
    return embedding
