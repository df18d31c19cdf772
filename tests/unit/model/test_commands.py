"""`python -m model`: what the commands print, and how they fail."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from model.commands import cli
from model.errors import ModelError, TrainingDataInvalid

Writer = Callable[..., Path]

INFO = """
import sys
from model.commands import main
sys.argv = ["model", "info", sys.argv[1]]
try:
    main()
finally:
    print(sorted(name for name in ("torch", "torchvision", "onnx") if name in sys.modules))
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], catch_exceptions=False)


def process(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "model", *(str(argument) for argument in arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def photo_folder(tmp_path: Path) -> Path:
    """60 plain photos of two categories."""
    folder = tmp_path / "photos"
    (folder / "images").mkdir(parents=True)
    rows = ["image,category"]
    for number in range(60):
        colour = (250, number * 2, 20) if number % 2 else (20, number * 2, 250)
        Image.new("RGB", (40, 30), colour).save(folder / "images" / f"{number}.png")
        rows.append(f"{number},{'warm' if number % 2 else 'cold'}")
    (folder / "images.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "command", ["train", "train-head", "evaluate", "export", "quantise", "embed", "info"]
)
def test_every_command_explains_itself(command: str) -> None:
    """Each command has help with examples, and the list of commands names it."""
    help_text = run(command, "--help").output

    assert "Examples:" in help_text
    assert f"python -m model {command}" in help_text
    assert command in run("--help").output


def test_info_says_what_a_file_is(write_mean_colour: Writer) -> None:
    """`info` prints version, backbone, dimension and preprocessing, as text or as JSON."""
    path = write_mean_colour()
    facts = json.loads(run("info", path, "--json").output)

    assert facts["model_version"] == "00c0ffee"
    assert (facts["backbone"], facts["dimension"]) == ("mean_colour", 3)
    assert facts["preprocessing"]["resize"] == "stretch"
    assert "00c0ffee" in run("info", path).output


def test_info_imports_no_torch(write_mean_colour: Writer) -> None:
    """`info` runs where only the services' requirements are installed."""
    command = [sys.executable, "-c", INFO, str(write_mean_colour())]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_embed_prints_a_line_a_picture(write_mean_colour: Writer, tmp_path: Path) -> None:
    """`embed` prints file, model version and vector of each picture."""
    for name in ("red", "blue"):
        Image.new("RGB", (9, 9), name).save(tmp_path / f"{name}.png")

    output = run("embed", "--model", write_mean_colour(), tmp_path / "red.png", tmp_path / "blue.png").output

    first, second = (json.loads(line) for line in output.splitlines())
    assert (Path(first["file"]).name, first["model_version"]) == ("red.png", "00c0ffee")
    assert np.allclose([first["vector"], second["vector"]], [[1, 0, 0], [0, 0, 1]])


def test_evaluate_prints_a_table_and_writes_json(write_mean_colour: Writer, photo_folder: Path) -> None:
    """`evaluate` prints the figures and writes them, with their intervals, to a file."""
    figures_path = photo_folder / "figures.json"

    output = run(
        "evaluate", "--data", photo_folder, "--model", write_mean_colour(), "--json", figures_path
    ).output

    figures = json.loads(figures_path.read_text(encoding="utf-8"))
    assert figures["model_version"] == "00c0ffee"
    assert figures["part"] == "test"
    assert figures["scores"]["category_p1"]["value"] == 1.0
    assert "1.000 [1.000, 1.000]" in output


@pytest.mark.parametrize(
    "arguments",
    [
        ("info", "none.onnx"),
        ("embed", __file__),
        ("export", "--checkpoint", "none.pth", "--backbone", "resnet50", "--output", "out.onnx"),
    ],
)
def test_errors_are_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """What goes wrong is one line on stderr and exit status 1; no traceback, nothing written."""
    done = subprocess.run(
        [sys.executable, "-m", "model", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[3])},
    )

    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_a_folder_that_is_none_is_refused(tmp_path: Path, command: str) -> None:
    """A folder without photos ends training and measuring before anything else is done."""
    arguments = ["--output", tmp_path / "out.onnx"] if command == "train" else []

    with pytest.raises(TrainingDataInvalid, match=r"images\.csv"):
        run(command, "--data", tmp_path / "nowhere", *arguments)


def test_a_backbone_without_weights_wants_a_start(photo_folder: Path) -> None:
    """Training a backbone whose ImageNet weights are not packaged needs `--init`, and says so."""
    with pytest.raises(ModelError, match="--init"):
        run("train", "--data", photo_folder, "--output", photo_folder / "out.onnx", "--backbone", "resnet50")


def test_a_traceback_comes_on_request() -> None:
    """With `--debug`, an error shows where it came from."""
    done = process("--debug", "info", "none.onnx")

    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "ModelFileMissing" in done.stderr


@pytest.mark.parametrize("value", ["0.5", "a,b,c", "1,2,3,4"])
def test_means_are_three_numbers(tmp_path: Path, value: str) -> None:
    """A mean that is not three numbers is a usage error."""
    checkpoint = (
        "--checkpoint",
        tmp_path / "x.pth",
        "--backbone",
        "resnet50",
        "--output",
        tmp_path / "y.onnx",
    )

    done = run("export", *checkpoint, "--mean", value)

    assert done.exit_code == 2
    assert "three numbers" in done.output


@pytest.mark.parametrize("option", [("--size", "5"), ("--crop-fraction", "3"), ("--std", "0,0,0")])
def test_impossible_preprocessing_is_a_usage_error(tmp_path: Path, option: tuple[str, str]) -> None:
    """A size, crop or deviation that cannot be is refused before the checkpoint is read."""
    checkpoint = (
        "--checkpoint",
        tmp_path / "x.pth",
        "--backbone",
        "resnet50",
        "--output",
        tmp_path / "y.onnx",
    )

    assert run("export", *checkpoint, *option).exit_code == 2


def test_the_how_to_names_options_that_exist() -> None:
    """Every option in the guide to own checkpoints is one of the commands it shows."""
    guide = Path(__file__).parents[3] / "docs" / "how-to" / "bring-your-own-checkpoint.md"
    named = set(re.findall(r"--[a-z][a-z-]+", guide.read_text(encoding="utf-8")))
    known = set(
        re.findall(r"--[a-z][a-z-]+", run("export", "--help").output + run("evaluate", "--help").output)
    )

    assert named - known <= {"--promote"}
    assert {"--checkpoint", "--mean", "--std", "--size", "--resize", "--head-activation"} <= named
