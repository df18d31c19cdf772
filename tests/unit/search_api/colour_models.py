"""Two small models whose vectors must not be compared: the second one tells the colours in another order."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from tests.unit.model.small_models import mean_colour_info, mean_colour_proto

ORDER = [1, 2, 0]


def write_colour_model(path: Path, version: str) -> None:
    """Red, green, blue; float32 [n, 3] of length 1."""
    onnx.save_model(mean_colour_proto(mean_colour_info().to_metadata() | {"model_version": version}), path)


def write_turned_model(path: Path, version: str) -> None:
    """Green, blue, red: what is red to one model is blue to the other."""
    info = mean_colour_info()
    proto = mean_colour_proto(
        replace(info, model_version=version, probe=np.asarray(info.probe)[ORDER]).to_metadata()
    )
    last = proto.graph.node[-1]
    last.output[0] = "straight"
    proto.graph.initializer.append(helper.make_tensor("order", TensorProto.INT64, [3], ORDER))
    proto.graph.node.append(helper.make_node("Gather", ["straight", "order"], ["embedding"], axis=1))
    onnx.checker.check_model(proto)
    onnx.save_model(proto, path)
