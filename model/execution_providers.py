"""What ONNX Runtime computes with: the processor, a GPU, another accelerator."""

from collections.abc import Sequence

from model.errors import ProviderMissing
from model.onnx_runtime import onnxruntime

_SUFFIX = "ExecutionProvider"


def named_providers(wanted: Sequence[str]) -> list[str]:
    """ONNX Runtime's names of `cpu`, `cuda`, `openvino` and the like, in this order; full names do as well.

    Raises ProviderMissing for one that the installed ONNX Runtime was built without.
    """
    available = {_short(name): name for name in onnxruntime.get_available_providers()}
    for each in wanted:
        if _short(each) not in available:
            raise ProviderMissing(each, f"the installed ONNX Runtime has {', '.join(sorted(available))} only")
    return [available[_short(each)] for each in wanted]


def require_active(session: onnxruntime.InferenceSession, providers: Sequence[str]) -> None:
    """ProviderMissing for one that could not be started, which ONNX Runtime would silently do without."""
    for each in providers:
        if each not in session.get_providers():
            raise ProviderMissing(_short(each), "it is installed, but does not start on this machine")


def _short(name: str) -> str:
    return name.removesuffix(_SUFFIX).lower()
