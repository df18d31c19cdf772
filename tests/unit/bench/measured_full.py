"""A whole run with numbers that are easy to check; the quick suite's part is that of `measured`."""

from bench.results import BenchResult
from bench.suites.changes import ChangesMeasured, ChangesSizes
from bench.suites.full import (
    FullMeasured,
    full_beside,
    full_figures,
    full_measures,
    full_settings,
)
from bench.suites.indexing import IndexingMeasured, IndexingSizes
from bench.suites.replay import ReplayMeasured, ReplaySizes
from bench.suites.search import SearchMeasured, SearchSizes
from tests.unit.bench.measured import effort, measured_quick, result_of


def measured_full(*, other_work_cores: float = 0.1) -> FullMeasured:
    """Two rounds of each suite."""
    return FullMeasured(
        "a broker",
        measured_quick(),
        measured_indexing(other_work_cores=other_work_cores),
        measured_changes(),
        measured_replay(),
        measured_search(),
    )


def measured_indexing(*, other_work_cores: float = 0.1) -> IndexingMeasured:
    """80 images of 40 products: in 1 s, in 4 s with torch, in 1 and 2 s from far away."""
    return IndexingMeasured(
        IndexingSizes(rounds=2, images=80),
        products=40,
        near=[effort(1.0, 2.0, other_work_cores=other_work_cores)] * 2,
        eager=[effort(4.0, 8.0)] * 2,
        far=[effort(1.0, 2.0), effort(2.0, 2.0)],
        start_seconds=[2.0, 4.0],
        peak_mb=[300.0, 500.0],
    )


def measured_changes() -> ChangesMeasured:
    """100 price changes in 0.5 s, 50 deletes in 0.2 s; half as fast while a client searches."""
    return ChangesMeasured(
        ChangesSizes(rounds=2, changes=100, deletes=50, searches=10),
        changes=[0.5, 0.5],
        changes_searched=[1.0, 1.0],
        deletes=[0.2, 0.2],
        deletes_searched=[0.4, 0.4],
        idle_p50=[0.003, 0.003],
        idle_p99=[0.005, 0.005],
        changes_p99=[0.010, 0.010],
        deletes_p99=[0.020, 0.020],
        other_work_cores=[0.0, 0.0],
    )


def measured_replay() -> ReplayMeasured:
    """1,000 events in 0.5 s, read alone in 0.05 s, in the process in 0.1 s."""
    return ReplayMeasured(
        ReplaySizes(rounds=2, products=10, events=1_000),
        replayed=[effort(0.5, 0.25)] * 2,
        raw_seconds=[0.05, 0.05],
        in_process_seconds=[0.08, 0.12],
    )


def measured_search() -> SearchMeasured:
    """A photo in 20 ms, of which 18 alone; a product in 4 ms, of which the engine has 2."""
    return SearchMeasured(
        SearchSizes(rounds=2, products=1_000),
        {"model": "small", "embedder": "onnx", "embed_threads": None},
        resident_before_mib=200.0,
        start_seconds=[1.0, 2.0],
        photo_alone_seconds=[0.018, 0.018],
        photo_seconds=[0.020, 0.020],
        product_alone_seconds=[0.002, 0.002],
        product_seconds=[0.004, 0.004],
        batch_photos_per_second=[100.0, 100.0],
        photos_per_second=[80.0, 80.0],
        one_core_seconds=[0.01, 0.01],
        batch_core_seconds=[0.01, 0.01],
        mixed={"photo": [(0.1, 0.3), (0.1, 0.3)]},
        mixed_calls_per_second=[50.0, 50.0],
        resident_mib=[210.0, 220.0],
        peak_mb=[400.0, 500.0],
        other_work_cores=[0.0, 0.0],
    )


def full_result(*, other_work_cores: float = 0.1) -> BenchResult:
    measured = measured_full(other_work_cores=other_work_cores)
    return result_of(measured_quick()).model_copy(
        update={
            "suite": "full",
            "settings": full_settings(measured),
            "figures": full_figures(measured),
            "measures": full_measures(measured),
            "beside": full_beside(measured),
        }
    )
