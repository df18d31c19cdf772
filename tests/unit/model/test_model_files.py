"""Models are found by version among MODEL_PATH and the files of MODEL_DIR."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from model.errors import ModelFileInvalid, ModelVersionMissing
from model.model_files import ModelFiles
from model.settings import ModelSettings
from tests.unit.model.small_models import mean_colour_info, mean_colour_proto


def write_model(path: Path, version: str) -> None:
    onnx.save_model(mean_colour_proto(mean_colour_info().to_metadata() | {"model_version": version}), path)


def test_a_model_is_found_by_its_version(tmp_path: Path) -> None:
    """Whatever a file is called, it serves the version that its metadata names."""
    write_model(tmp_path / "main.onnx", "aaaaaaaa")
    folder = tmp_path / "others"
    folder.mkdir()
    write_model(folder / "older.onnx", "bbbbbbbb")
    (folder / "broken.onnx").write_bytes(b"no model")
    (folder / "notes.txt").write_text("not looked at")
    files = ModelFiles(ModelSettings(model_path=tmp_path / "main.onnx", model_dir=folder))
    assert files.load("aaaaaaaa").model_version == "aaaaaaaa"
    assert files.load("bbbbbbbb").model_version == "bbbbbbbb"
    with pytest.raises(ModelVersionMissing, match="cccccccc"):
        files.load("cccccccc")


def test_a_file_that_is_replaced_is_read_again(tmp_path: Path) -> None:
    """What a file was is not believed once it has changed."""
    path = tmp_path / "main.onnx"
    write_model(path, "aaaaaaaa")
    files = ModelFiles(ModelSettings(model_path=path, model_dir=tmp_path / "none"))
    files.load("aaaaaaaa")
    path.unlink()
    with pytest.raises(ModelVersionMissing):
        files.load("aaaaaaaa")
    write_model(path, "dddddddd")
    assert files.load("dddddddd").model_version == "dddddddd"


def test_a_file_of_the_version_that_cannot_run_is_an_error(tmp_path: Path) -> None:
    """A model that fails its own test picture is not passed over in silence."""
    path = tmp_path / "main.onnx"
    info = replace(mean_colour_info(), model_version="eeeeeeee", probe=np.array([1, 0, 0], dtype=np.float32))
    onnx.save_model(mean_colour_proto(info.to_metadata()), path)
    with pytest.raises(ModelFileInvalid):
        ModelFiles(ModelSettings(model_path=path, model_dir=tmp_path)).load("eeeeeeee")
