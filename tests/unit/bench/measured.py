"""A run of the quick suite with numbers that are easy to check."""

from bench.core_seconds import Effort
from bench.results import BenchResult
from bench.suites.quick import QuickMeasured, QuickSizes, beside_figures, quick_figures


def effort(seconds: float, core_seconds: float, *, other_work_cores: float = 0.1) -> Effort:
    return Effort(
        seconds,
        core_seconds,
        kafka_core_seconds=0.1,
        around_core_seconds=0.2,
        other_work_cores=other_work_cores,
    )


def measured_quick(*, other_work_cores: float = 0.1) -> QuickMeasured:
    """Two rounds of 100 images: 50 and 100 images/s against 5 and 4; 16 of 20 and of 40 core-ms an image."""
    return QuickMeasured(
        QuickSizes(rounds=2, images=100, plain_images=10, seed=7),
        settings={
            "model": "small",
            "embedder": "onnx",
            "embed_batch_size": 16,
            "embed_calls": 2,
            "embed_threads": 1,
            "fetch_threads": 24,
            "torch_threads": 2,
        },
        decode=[0.002, 0.002],
        embed=[0.014, 0.014],
        consumer=[effort(2.0, 2.0), effort(1.0, 4.0)],
        plain=[
            effort(2.0, 3.0, other_work_cores=other_work_cores),
            effort(2.5, 3.0, other_work_cores=other_work_cores),
        ],
    )


def result_of(measured: QuickMeasured) -> BenchResult:
    return BenchResult(
        suite="quick",
        began_at="2026-01-01T00:00:00+00:00",
        seconds=90.0,
        commit="0123abc",
        machine={"cpu": "a CPU", "cores": 2, "memory_gib": 8.0, "system": "Linux 6"},
        versions={"python": "3.12.0"},
        settings={"kafka": "a broker", "seed": 7, "rounds": 2, "images": 100, "plain_images": 10}
        | measured.settings,
        figures=quick_figures(measured),
        beside=beside_figures(measured),
    )
