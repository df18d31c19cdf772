"""The search bench in a tiny size: that it runs and says what it should, not how fast anything is."""

from pathlib import Path

import pytest

from bench.results import BenchResult
from tests.integration.bench.test_quick_command import bench


@pytest.mark.timeout(300)
def test_a_tiny_run_shows_and_keeps_every_figure(tmp_path: Path) -> None:
    """Index, service, clients and the engine alone do their work, and are measured."""
    path = tmp_path / "search.json"
    sizes = ("--rounds", "2", "--products", "60", "--photos", "2", "--calls", "60", "--clients", "4")
    done = bench("search", *sizes, "--json", str(path))
    assert done.returncode == 0, done.stderr
    assert "round 2 of 2" in done.stdout
    assert "beyond the engine" in done.stdout
    result = BenchResult.model_validate_json(path.read_text("utf-8"))
    assert [figure.key for figure in result.figures] == [
        "photo_alone_share",
        "product_engine_share",
        "photos_per_second_to_batches",
        "one_core_ms_to_batch",
        "mixed_filtered_p50_to_p99",
        "mixed_photo_p50_to_p99",
        "mixed_product_p50_to_p99",
        "mixed_report_p50_to_p99",
    ]
    for figure in result.figures:
        assert len(figure.ratio.rounds) == 2
        assert figure.value.lowest > 0
    assert result.beside["resident_mib"].lowest > 0
