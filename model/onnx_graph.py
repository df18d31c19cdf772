"""From a torch module over pixels to an ONNX graph over any number of pictures."""

import warnings

import numpy as np
import onnx
import torch
from torch import nn

from model.errors import ExportRefused
from model.onnx_embedder import INPUT_NAME, OUTPUT_NAME
from model.probe import probe_pixels

_OPSET = 18


def onnx_graph(net: nn.Module, size_px: int) -> onnx.ModelProto:
    """The graph of a module that takes uint8 [n, s, s, 3]; n stays free. Takes seconds."""
    example = torch.from_numpy(np.repeat(probe_pixels(size_px), 2, axis=0))
    with warnings.catch_warnings():
        # The exporter warns of its own internals; what counts is that the result agrees with torch.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            net,
            (example,),
            input_names=[INPUT_NAME],
            output_names=[OUTPUT_NAME],
            dynamic_shapes={"pixels": {0: torch.export.Dim("n")}},
            opset_version=_OPSET,
            dynamo=True,
            verbose=False,
        )
    if program is None:
        raise ExportRefused("torch.onnx made no graph")
    proto = program.model_proto
    # The exporter notes on each part where in this machine's source tree it came from.
    for part in (
        *proto.graph.node,
        *proto.graph.value_info,
        *proto.graph.input,
        *proto.graph.output,
        proto.graph,
    ):
        del part.metadata_props[:]
    for node in proto.graph.node:
        node.doc_string = ""
    return proto
