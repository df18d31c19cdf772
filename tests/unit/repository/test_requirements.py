from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[3]
ONLY_FOR_TRAINING = {"torch", "torchvision", "onnx", "onnxscript", "pytorch-metric-learning", "scikit-learn"}


def pins(name: str) -> dict[str, set[str]]:
    """Read a requirements file: each package's name with the versions it is pinned to."""
    pinned: dict[str, set[str]] = {}
    for line in (REPOSITORY / name).read_text().splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            requirement = Requirement(line)
            pinned.setdefault(canonicalize_name(requirement.name), set()).add(str(requirement.specifier))
    return pinned


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-serving.txt"])
def test_every_package_is_pinned(name: str) -> None:
    """Each line names one exact version, so that two installations are the same."""
    loose = {
        package for package, versions in pins(name).items() if not all(v.startswith("==") for v in versions)
    }
    assert not loose


def test_serving_is_part_of_everything() -> None:
    """One .venv serves both files: what serving pins, requirements.txt pins alike."""
    everything = pins("requirements.txt")
    assert not {p: v for p, v in pins("requirements-serving.txt").items() if everything.get(p) != v}


def test_serving_needs_no_torch() -> None:
    """What trains and exports the model is not installed to serve it."""
    assert not ONLY_FOR_TRAINING & pins("requirements-serving.txt").keys()
    assert pins("requirements.txt").keys() >= ONLY_FOR_TRAINING
