"""What ONNX Runtime computes with: the processor, a GPU, another accelerator."""

from collections.abc import Sequence
from typing import Protocol, cast

from model.errors import ProviderMissing
from model.onnx_runtime import onnxruntime

_SUFFIX = "ExecutionProvider"
_NVIDIA = frozenset({"cuda", "tensorrt"})


class Runtime(Protocol):
    """What is asked of ONNX Runtime, whichever package it came with."""

    def get_available_providers(self) -> list[str]:
        """Providers that it was built with."""
        ...

    def preload_dlls(self) -> None:
        """Load CUDA and cuDNN from the packages that pip has installed, where there are some."""
        ...


def named_providers(wanted: Sequence[str], runtime: Runtime | None = None) -> list[str]:
    """ONNX Runtime's names of `cpu`, `cuda`, `openvino` and the like, in this order; full names do as well.

    Raises ProviderMissing for one that the installed ONNX Runtime was built without. For an NVIDIA card, the
    libraries that pip has installed are made ready; without that only those of the system would be found.
    """
    runtime = cast(Runtime, onnxruntime) if runtime is None else runtime
    available = {_short(name): name for name in runtime.get_available_providers()}
    for each in wanted:
        if _short(each) not in available:
            raise ProviderMissing(each, f"the installed ONNX Runtime has {', '.join(sorted(available))} only")
    if any(_short(each) in _NVIDIA for each in wanted):
        runtime.preload_dlls()
    return [available[_short(each)] for each in wanted]


def require_active(session: onnxruntime.InferenceSession, providers: Sequence[str]) -> None:
    """ProviderMissing for one that could not be started, which ONNX Runtime would silently do without."""
    for each in providers:
        if each not in session.get_providers():
            raise ProviderMissing(_short(each), "it is installed, but does not start on this machine")


def _short(name: str) -> str:
    return name.removesuffix(_SUFFIX).lower()
