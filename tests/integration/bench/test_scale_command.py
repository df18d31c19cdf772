"""The scale bench in a tiny size: that it runs and says what it should, not how fast anything is."""

from pathlib import Path

import pytest

from bench.results import BenchResult
from tests.integration.bench.test_quick_command import bench


@pytest.mark.exhaustive
@pytest.mark.timeout(300)
def test_a_tiny_run_shows_and_keeps_every_figure(tmp_path: Path) -> None:
    """Vectors are made, written, opened anew and asked for; so few of them are all found."""
    path = tmp_path / "scale.json"
    sizes = ("--vectors", "4000", "--rounds", "2", "--questions", "5")
    folder = str(tmp_path / "index")
    done = bench("scale", *sizes, "--folder", folder, "--json", str(path))
    assert done.returncode == 0, done.stderr
    assert "writing" in done.stdout
    assert "exact search" in done.stdout
    result = BenchResult.model_validate_json(path.read_text("utf-8"))
    assert result.settings["products"] == 1_334
    figures = {figure.key: figure for figure in result.figures}
    assert figures["recall"].ratio.rounds == (1.0, 1.0)
    assert figures["filtered_recall"].ratio.rounds == (1.0, 1.0)
    assert result.beside["recall_of_real_photos"].median == 1.0
    assert figures["memory_to_raw_vectors"].value.lowest > 0
    measures = {measure.key: measure.value.lowest for measure in result.measures}
    assert measures.keys() >= {"p50_ms", "filtered_p50_ms", "write_core_seconds", "disk_mib"}
    assert all(value > 0 for value in measures.values())
    again = bench("scale", *sizes, "--folder", folder, "--json", str(path))
    assert again.returncode == 0, again.stderr
    assert "building the graph" not in again.stdout.partition("figure")[0]
    assert BenchResult.model_validate_json(path.read_text("utf-8")).figures[0] == result.figures[0]
    other = bench("scale", "--vectors", "300", "--folder", folder)
    assert other.returncode == 1
    assert "has an index of" in other.stderr
