import pytest

from bench.kept_index import MadeIndex
from bench.likeness import Likeness
from bench.results import BenchResult
from bench.scale_figures import scale_beside, scale_figures, scale_measures, scale_remarks
from bench.suites.scale import ScaleMeasured, ScaleSizes
from bench.tables import markdown
from vector_store.size_class import SizeClass

MIB = 2**20


def measured_scale(*, other_work_cores: float = 0.1) -> ScaleMeasured:
    """Two rounds over 8,192 vectors of 128 numbers, which are 4 MiB as they are."""
    return ScaleMeasured(
        ScaleSizes(vectors=8_192, rounds=2, questions=3, size_class=SizeClass.LARGE, seed=9),
        dimension=128,
        real=Likeness(0.76, 0.58, 0.12, 24.3),
        made=Likeness(0.75, 0.6, 0.13, 23.8),
        index=MadeIndex(
            of={},
            write_seconds=120.0,
            write_core_seconds=100.0,
            index_seconds=90.0,
            index_core_seconds=150.0,
            other_work_cores=0.7,
        ),
        open_seconds=0.5,
        empty={"resident_bytes": 80 * MIB, "mapped_bytes": 25 * MIB},
        size={"resident_bytes": 90 * MIB, "mapped_bytes": 30 * MIB, "disk_bytes": 40 * MIB},
        seconds=[[0.001, 0.002, 0.009], [0.001, 0.004, 0.005]],
        filtered_seconds=[[0.001, 0.001, 0.001], [0.003, 0.003, 0.003]],
        core_seconds=[0.002, 0.004],
        filtered_core_seconds=[0.001, 0.003],
        recall=[0.99, 1.0],
        filtered_recall=[0.95, 0.97],
        real_recall=[0.985],
        other_work_cores=[other_work_cores, other_work_cores],
    )


def result_of(measured: ScaleMeasured) -> BenchResult:
    return BenchResult(
        suite="scale",
        began_at="2026-01-01T00:00:00+00:00",
        seconds=90.0,
        commit="0123abc",
        machine={"cpu": "a CPU", "cores": 2, "memory_gib": 8.0, "system": "Linux 6"},
        versions={"qdrant-edge-py": "0.9.0"},
        settings={
            "vectors": 8_192,
            "products": 2_731,
            "images_per_product": 3,
            "dimension": 128,
            "rounds": 2,
            "questions": 3,
            "seed": 9,
            "size_class": "large",
        },
        figures=scale_figures(measured),
        measures=scale_measures(measured),
        beside=scale_beside(measured),
    )


def test_what_is_found_is_compared_with_exact_search() -> None:
    """99 and 100 of a hundred right products are a recall of 0.995, wanted to be 0.98 at least."""
    recall, filtered, *_ = scale_figures(measured_scale())
    assert recall.ratio.rounds == pytest.approx((0.99, 1.0))
    assert filtered.ratio.median == pytest.approx(0.96)
    assert recall.bar == filtered.bar == 0.98


def test_memory_is_compared_with_the_vectors_as_they_are() -> None:
    """What the index adds to an empty process, without mapped files: 60 MiB after 55, beside 4."""
    _, _, index, resident = scale_figures(measured_scale())
    assert (index.value.median, index.against_value.median) == (5.0, 4.0)
    assert index.at_most == 0.6
    assert resident.value.median == 90.0


def test_times_are_in_the_units_that_they_say() -> None:
    """The median and the tail of each round, and what happens once."""
    by_key = {measure.key: measure for measure in scale_measures(measured_scale())}
    assert by_key["p50_ms"].value.rounds == pytest.approx((2.0, 4.0))
    assert by_key["p50_ms"].at_most == by_key["filtered_p50_ms"].at_most == 6.0
    assert by_key["filtered_p50_ms"].value.rounds == pytest.approx((1.0, 3.0))
    assert by_key["p99_ms"].value.rounds == pytest.approx((8.86, 4.98))
    assert by_key["core_ms"].value.rounds == pytest.approx((2.0, 4.0))
    assert by_key["write_core_seconds"].value.median == 100.0
    assert by_key["index_core_seconds"].value.median == 150.0
    assert by_key["disk_mib"].value.median == 40.0


def test_the_table_says_what_the_vectors_are_like_and_whether_the_machine_was_quiet() -> None:
    """Whoever reads the figures sees how the vectors were made to lie."""
    text = markdown(quiet := result_of(measured_scale()), list(scale_remarks(quiet)))
    for expected in (
        "8,192 vectors",
        "0.75 (0.76)",
        "24 (24) directions",
        "QDRANT_SIZE_CLASS=large",
        "98.5 %",
        "2.0 min of writing, 1.5 min",
    ):
        assert expected in text
    busy = result_of(measured_scale(other_work_cores=1.0))
    assert "too much for figures by the clock" in list(scale_remarks(busy))[-1]
