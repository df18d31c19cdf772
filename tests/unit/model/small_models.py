"""Small models: one made by hand from a few ONNX nodes, so that nothing here needs torch to be fast."""

import numpy as np
import onnx
from onnx import TensorProto, helper

from model.model_info import ModelInfo
from model.preprocessing import Preprocessing, Resize
from model.probe import probe_pixels

SIZE_PX = 32


def small_preprocessing() -> Preprocessing:
    return Preprocessing(
        size_px=SIZE_PX, resize=Resize.STRETCH, mean=(127.0, 127.0, 127.0), std=(128.0, 128.0, 128.0)
    )


def mean_colour_info() -> ModelInfo:
    """What the model of `mean_colour_proto` says about itself."""
    colour = probe_pixels(SIZE_PX)[0].mean(axis=(0, 1)).astype(np.float32)
    return ModelInfo(
        model_version="00c0ffee",
        backbone="mean_colour",
        dimension=3,
        preprocessing=small_preprocessing(),
        probe=colour / np.linalg.norm(colour),
    )


def mean_colour_proto(metadata: dict[str, str] | None = None) -> onnx.ModelProto:
    """A picture's mean colour, scaled to length 1: a black picture gives 0 / 0."""
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["pixels"], ["floats"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMean", ["floats", "space"], ["colour"], keepdims=0),
            helper.make_node("ReduceL2", ["colour", "last"], ["length"], keepdims=1),
            helper.make_node("Div", ["colour", "length"], ["embedding"]),
        ],
        "mean_colour",
        [helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", SIZE_PX, SIZE_PX, 3])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", 3])],
        [
            helper.make_tensor("space", TensorProto.INT64, [2], [1, 2]),
            helper.make_tensor("last", TensorProto.INT64, [1], [1]),
        ],
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    helper.set_model_props(proto, mean_colour_info().to_metadata() if metadata is None else metadata)
    return proto
