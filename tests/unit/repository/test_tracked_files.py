from pathlib import PurePosixPath

import pytest
from tracked_files import faults


def test_source_has_no_faults() -> None:
    """An ordinary file passes, and so does one that is not text."""
    assert not list(faults(PurePosixPath("images/fetcher.py"), b"import requests\n"))
    assert not list(faults(PurePosixPath("docs/photo.png"), b"\x89PNG\xff\xfe"))


@pytest.mark.parametrize(
    ("name", "size_bytes", "too_large"),
    [
        ("docs/photo.png", 5_000_000, False),
        ("docs/photo.png", 5_000_001, True),
        ("model/weights/triplet_net.onnx", 16_000_000, False),
        ("model/weights/triplet_net.onnx", 16_000_001, True),
        ("model/weights.onnx", 5_000_001, True),
    ],
)
def test_only_weights_may_be_large(name: str, size_bytes: int, too_large: bool) -> None:
    """A file is held to 5 MB, one of the model's weights to 16 MB."""
    assert bool(list(faults(PurePosixPath(name), b"\xff" * size_bytes))) is too_large


@pytest.mark.parametrize(
    "line",
    [
        "path = '/{}/main/photos'".format("work"),
        "cp /{}/.cache/x y".format("root"),
        "C:\\{}\\me".format("Users"),
        "resolved https://registry.{}.org/x".format("npmjs"),
        "--index-url https://{}.org/simple".format("pypi"),
    ],
)
def test_lines_of_one_machine_are_named(line: str) -> None:
    """A machine's path or a registry's address is named with its file and line."""
    (fault,) = faults(PurePosixPath("docs/a.md"), f"first\n{line}\n".encode())
    assert fault.startswith("docs/a.md:2: ")


def test_paths_inside_the_repository_are_no_machine_paths() -> None:
    """Folders that merely share a name with a machine's are fine."""
    assert not list(faults(PurePosixPath("docs/a.md"), b"docs/work/plan.md ../work/x ${HOME}/work/\n"))
