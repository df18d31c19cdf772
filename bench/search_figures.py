"""What the rounds of the search suite come to: figures beside their bounds, and words on them."""

from collections.abc import Iterator, Sequence

from bench.quietness import QUIET_CORES
from bench.results import BenchResult, Figure, Measure, Samples
from bench.suites.search import SearchMeasured
from bench.tables import spread

# Ratios are told as parts of a bound, so that more is better: p99 ≤ 6 × p50 is p50 ≥ 1/6 of p99.
_PHOTO_BAR = 1 / 1.25
_TAIL_BAR = 1 / 6
_THROUGHPUT_BAR = 0.75


def search_figures(measured: SearchMeasured) -> tuple[Figure, ...]:
    """The figures that the rounds give."""
    tails = (
        _tail(kind, taken, measured.sizes.mixed_clients) for kind, taken in sorted(measured.mixed.items())
    )
    return (
        Figure(
            key="photo_alone_share",
            title="Decode, embed and engine, alone",
            unit="ms",
            value=_milliseconds(measured.photo_alone_seconds),
            against="a search by photo over HTTP, one client, p50",
            against_value=_milliseconds(measured.photo_seconds),
            bar=_PHOTO_BAR,
        ),
        Figure(
            key="product_engine_share",
            title="Record, vector and engine, alone",
            unit="ms",
            value=_milliseconds(measured.product_alone_seconds),
            against="a search by product over HTTP, one client, p50",
            against_value=_milliseconds(measured.product_seconds),
        ),
        Figure(
            key="photos_per_second_to_batches",
            title=f"Searches by photo, {measured.sizes.many_clients} clients",
            unit="photos/s",
            value=Samples(rounds=tuple(measured.photos_per_second)),
            against="the embedder alone, in batches of 16",
            against_value=Samples(rounds=tuple(measured.batch_photos_per_second)),
            bar=_THROUGHPUT_BAR,
        ),
        Figure(
            key="one_core_ms_to_batch",
            title="Embedding a photo in a call of its own",
            unit="core-ms",
            value=_milliseconds(measured.one_core_seconds),
            against="in a batch of 16",
            against_value=_milliseconds(measured.batch_core_seconds),
        ),
        *tails,
    )


def search_measures(measured: SearchMeasured) -> tuple[Measure, ...]:
    """What stands by itself."""
    pairs = zip(measured.product_seconds, measured.product_alone_seconds, strict=True)
    return (
        Measure(
            key="product_ms_beyond_engine",
            title=f"A search by product among {measured.sizes.products:,}, beyond record, vector and engine",
            unit="ms",
            value=_milliseconds([served - alone for served, alone in pairs]),
            at_most=3,
        ),
        Measure(
            key="search_api_peak_mb",
            title="Memory of the search API, the most it ever had",
            unit="MB",
            value=Samples(rounds=tuple(measured.peak_mb)),
            at_most=450,
        ),
        Measure(
            key="search_api_start_seconds",
            title="From the search API's start until it is ready",
            unit="s",
            value=Samples(rounds=tuple(measured.start_seconds)),
            at_most=2.5,
        ),
    )


def search_beside(measured: SearchMeasured) -> dict[str, Samples]:
    """What helps to understand the figures, by name."""
    return {
        "mixed_calls_per_second": Samples(rounds=tuple(measured.mixed_calls_per_second)),
        "resident_mib": Samples(rounds=tuple(measured.resident_mib)),
        "resident_before_mib": Samples(rounds=(measured.resident_before_mib,)),
        "other_work_cores": Samples(rounds=tuple(measured.other_work_cores)),
    }


def search_remarks(result: BenchResult) -> Iterator[str]:
    """What to know of the figures, a line each."""
    machine, settings, beside = result.machine, result.settings, result.beside
    yield (
        f"Machine: {machine['cores']} cores ({machine['cpu']}), {machine['memory_gib']} GiB, "
        f"{machine['system']}; model: {settings['model']} ({settings['embedder']}); clients beside it."
    )
    yield (
        f"{settings['rounds']} rounds over {settings['products']:,} products (Qdrant Edge), seed "
        f"{settings['seed']}; {settings['mixed_calls']:,} mixed calls of {settings['mixed_clients']} clients "
        "a round, each answered with success, or there would be no figures."
    )
    yield (
        f"Resident memory: {beside['resident_before_mib'].median:.0f} MiB before, "
        f"{spread(beside['resident_mib'], digits=0)} MiB after the rounds."
    )
    others = beside["other_work_cores"]
    yield f"{spread(others)} cores were busy with what is none of the bench's" + (
        "." if others.median <= QUIET_CORES else ": ratios only, and with care."
    )


def _tail(kind: str, taken: Sequence[tuple[float, float]], clients: int) -> Figure:
    return Figure(
        key=f"mixed_{kind}_p50_to_p99",
        title=f"Mixed load of {clients} clients, {kind}: p50",
        unit="ms",
        value=_milliseconds([middle for middle, _ in taken]),
        against="its p99",
        against_value=_milliseconds([tail for _, tail in taken]),
        bar=_TAIL_BAR,
    )


def _milliseconds(seconds: Sequence[float]) -> Samples:
    return Samples(rounds=tuple(1000 * each for each in seconds))
