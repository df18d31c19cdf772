import pytest

from model.errors import ProviderMissing
from model.execution_providers import named_providers


class GpuBuild:
    """An ONNX Runtime with an NVIDIA card's providers."""

    def __init__(self) -> None:
        self.loaded = 0

    def get_available_providers(self) -> list[str]:
        return ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]

    def preload_dlls(self) -> None:
        self.loaded += 1


@pytest.mark.parametrize(
    ("wanted", "named"),
    [
        (["cuda", "cpu"], ["CUDAExecutionProvider", "CPUExecutionProvider"]),
        (["TensorRT"], ["TensorrtExecutionProvider"]),
        (["CUDAExecutionProvider"], ["CUDAExecutionProvider"]),
    ],
)
def test_an_nvidia_card_gets_its_libraries_first(wanted: list[str], named: list[str]) -> None:
    """CUDA and cuDNN that pip has installed are found only if they are loaded before the session begins."""
    runtime = GpuBuild()
    assert named_providers(wanted, runtime) == named
    assert runtime.loaded == 1


def test_a_processor_needs_no_libraries_of_a_card() -> None:
    """Loading them costs time and memory, and says what is missing, where nobody asked."""
    runtime = GpuBuild()
    assert named_providers(["cpu"], runtime) == ["CPUExecutionProvider"]
    assert runtime.loaded == 0


def test_what_was_not_built_in_is_told_before_anything_is_loaded() -> None:
    """The error names what there is."""
    runtime = GpuBuild()
    with pytest.raises(ProviderMissing, match=r"no 'openvino' here: .* has cpu, cuda, tensorrt only"):
        named_providers(["cuda", "openvino"], runtime)
    assert runtime.loaded == 0
