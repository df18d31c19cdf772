from pathlib import Path

import onnx
import pytest

from model.errors import ModelError
from standalone.errors import FolderUnusable
from standalone.model_shelf import shelve_model
from tests.unit.model.small_models import mean_colour_info, mean_colour_proto


def exported(path: Path, version: str) -> Path:
    onnx.save_model(mean_colour_proto(mean_colour_info().to_metadata() | {"model_version": version}), path)
    return path


def test_a_model_is_found_by_its_version_afterwards(tmp_path: Path) -> None:
    """The copy is called by what it is, whatever the file was; the same version is copied once."""
    shelf = tmp_path / "models"
    first = shelve_model(exported(tmp_path / "new.onnx", "0a1b2c3d"), shelf)
    assert first == shelf / "0a1b2c3d.onnx"
    assert first.read_bytes() == (tmp_path / "new.onnx").read_bytes()
    made_at = first.stat().st_mtime_ns
    assert shelve_model(exported(tmp_path / "other.onnx", "0a1b2c3d"), shelf) == first
    assert first.stat().st_mtime_ns == made_at
    shelve_model(exported(tmp_path / "new.onnx", "5e6f7a8b"), shelf)
    assert {each.name for each in shelf.iterdir()} == {"0a1b2c3d.onnx", "5e6f7a8b.onnx"}


def test_what_is_no_model_stays_off_the_shelf(tmp_path: Path) -> None:
    """It is refused before anything is written."""
    (tmp_path / "text.onnx").write_bytes(b"no model")
    with pytest.raises(ModelError):
        shelve_model(tmp_path / "text.onnx", tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_a_shelf_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """A file in the folder's place."""
    (tmp_path / "models").write_bytes(b"")
    with pytest.raises(FolderUnusable, match="models"):
        shelve_model(exported(tmp_path / "new.onnx", "0a1b2c3d"), tmp_path / "models")
