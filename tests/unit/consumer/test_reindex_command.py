"""`consumer reindex` refuses what would leave searches without their model."""

from pathlib import Path

import onnx

from tests.services.consumer_command import run_command
from tests.unit.model.small_models import mean_colour_info, mean_colour_proto


def a_model(path: Path, version: str) -> Path:
    metadata = mean_colour_info().to_metadata() | {"model_version": version}
    onnx.save_model(mean_colour_proto(metadata), path)
    return path


def test_a_model_that_the_services_cannot_find_is_not_promoted(tmp_path: Path) -> None:
    """It says where to put the file, before it builds anything."""
    folder = tmp_path / "models"
    folder.mkdir()
    known = a_model(folder / "known.onnx", "aaaaaaaa")
    elsewhere = a_model(tmp_path / "new.onnx", "bbbbbbbb")
    environment = {
        "MODEL_DIR": str(folder),
        "MODEL_PATH": str(known),
        "QDRANT_PATH": str(tmp_path / "index"),
    }
    outcome = run_command(environment, "reindex", "--model", str(elsewhere), "--promote")
    assert outcome.exit_code == 1
    assert outcome.error is not None
    assert "bbbbbbbb" in outcome.error
    assert str(folder) in outcome.error
    assert not (tmp_path / "index").exists()
