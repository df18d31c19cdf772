"""The whole bench in a tiny size: that it runs and says what it should, not how fast anything is."""

from pathlib import Path

import pytest

from bench.asked_process import AskedProcess
from bench.http_load import Call, run_load
from bench.plots import draw_plots
from bench.recording import load
from bench.settings import child_environment
from standalone.catalogue import read_catalogue
from tests.integration.bench.test_quick_command import bench


@pytest.mark.exhaustive
@pytest.mark.timeout(600)
def test_a_tiny_run_shows_and_keeps_every_figure(tmp_path: Path) -> None:
    """Every part of the run does its work, checks it and is measured; pictures can be drawn of it."""
    path = tmp_path / "full.json"
    done = bench("full", "--embedded", "--rounds", "1", "--size", "0.002", "--json", str(path))
    assert done.returncode == 0, done.stderr
    for suite in ("quick", "indexing", "changes", "replay", "search"):
        assert f"{suite}: round 1 of 1" in done.stdout
    result = load(path)
    assert all(figure.value.lowest > 0 and figure.against_value.lowest > 0 for figure in result.figures)
    # A difference may come out as less than nothing, where little was measured.
    assert {measure.key for measure in result.measures if measure.value.lowest <= 0} <= {
        "product_ms_beyond_engine"
    }
    assert len(draw_plots(result)) == 3


def test_an_image_host_can_be_far_away(tmp_path: Path) -> None:
    """Each answer is held back for as long as was said, and no longer once it is taken back."""
    catalogue = read_catalogue()
    photo = next(catalogue.photos.glob("*.jpg")).name
    with AskedProcess(
        ["bench.photo_host", str(catalogue.photos)], environment=child_environment({}), log=tmp_path / "log"
    ) as host:
        port = int(host.greeting()["base_url"].rstrip("/").rpartition(":")[2])
        calls = [Call("photo", "GET", f"/images/{photo}")] * 2
        host.ask(latency_ms=150)
        far = run_load(port, calls, clients=1)
        host.ask(latency_ms=0)
        near = run_load(port, calls, clients=1)
    assert min(far.seconds["photo"]) >= 0.15
    assert min(near.seconds["photo"]) < min(far.seconds["photo"])
