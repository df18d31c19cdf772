"""ONNX Runtime, told before it is imported not to record how it is used.

Since 1.32 it would, by default: an id of the machine and a database of events in the user's cache folder.
"""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # noqa: TID251 - read by the library while it is imported

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state

__all__ = ["onnxruntime", "onnxruntime_pybind11_state"]
