"""What a run of the scale suite comes to: figures beside their bounds, and words on them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median, quantiles

from bench.quietness import is_quiet, other_work
from bench.results import BenchResult, Figure, Measure, Samples
from bench.suites.scale import LIMIT, ScaleMeasured
from bench.tables import spread

_RECALL_BAR = 0.98
_MEMORY_BAR = 0.6
_SEARCH_BAR_MS = 6.0
_BYTES_A_NUMBER = 4


def scale_figures(measured: ScaleMeasured) -> tuple[Figure, ...]:
    """The figures that stand beside a bound."""
    raw_bytes = measured.sizes.vectors * measured.dimension * _BYTES_A_NUMBER
    index_bytes = _private_bytes(measured.size) - _private_bytes(measured.empty)
    return (
        _recall("recall", f"The nearest {LIMIT} products found", measured.recall),
        _recall("filtered_recall", "The same among one in a hundred", measured.filtered_recall),
        Figure(
            key="memory_to_raw_vectors",
            title="Memory that the index takes in the process that answers, without mapped files",
            unit="MiB",
            value=_mebibytes(index_bytes),
            against="the vectors as they are, four bytes a number",
            against_value=_mebibytes(raw_bytes),
            at_most=_MEMORY_BAR,
        ),
        Figure(
            key="resident_to_raw_vectors",
            title="All that this process has resident, Python and mapped files too",
            unit="MiB",
            value=_mebibytes(measured.size["resident_bytes"]),
            against="the same vectors",
            against_value=_mebibytes(raw_bytes),
        ),
    )


def scale_measures(measured: ScaleMeasured) -> tuple[Measure, ...]:
    """Those that stand by themselves."""
    return (
        _milliseconds("p50_ms", "A search, p50", map(median, measured.seconds), _SEARCH_BAR_MS),
        _milliseconds("p99_ms", "A search, p99", map(_tail, measured.seconds)),
        _milliseconds(
            "filtered_p50_ms",
            "A search among one in a hundred, p50",
            map(median, measured.filtered_seconds),
            _SEARCH_BAR_MS,
        ),
        _milliseconds(
            "filtered_p99_ms", "A search among one in a hundred, p99", map(_tail, measured.filtered_seconds)
        ),
        _milliseconds("core_ms", "A search, of cores", measured.core_seconds),
        _milliseconds(
            "filtered_core_ms", "A search among one in a hundred, of cores", measured.filtered_core_seconds
        ),
        _once("write_core_seconds", "Writing", "core-s", measured.index.write_core_seconds),
        _once("index_core_seconds", "Building the graph", "core-s", measured.index.index_core_seconds),
        _once("open_seconds", "Opening it afterwards", "s", measured.open_seconds),
        _once("disk_mib", "On the disk", "MiB", measured.size["disk_bytes"] / 2**20),
    )


def scale_beside(measured: ScaleMeasured) -> dict[str, Samples]:
    """What helps to understand the figures, by name."""
    alike = {
        f"{whose}_{name}": Samples(rounds=(getattr(vectors, name),))
        for whose, vectors in (("real", measured.real), ("made", measured.made))
        for name in ("same_product", "same_category", "other_category", "dimensions")
    }
    return {
        "recall_of_real_photos": Samples(rounds=tuple(measured.real_recall)),
        "empty_process_mib": _mebibytes(measured.empty["resident_bytes"]),
        "other_work_cores": Samples(rounds=tuple(measured.other_work_cores)),
        "write_seconds": Samples(rounds=(measured.index.write_seconds,)),
        "index_seconds": Samples(rounds=(measured.index.index_seconds,)),
        "busy_cores_while_made": Samples(rounds=(measured.index.other_work_cores,)),
        **alike,
    }


def scale_remarks(result: BenchResult) -> Iterator[str]:
    """What to know of the figures, a line each."""
    machine, settings, beside = result.machine, result.settings, result.beside
    yield (
        f"Machine: {machine['cores']} cores ({machine['cpu']}), {machine['memory_gib']} GiB, "
        f"{machine['system']}; Qdrant Edge {result.versions['qdrant-edge-py']}, "
        f"`QDRANT_SIZE_CLASS={settings['size_class']}`, in one process, one search at a time."
    )
    yield (
        f"{settings['vectors']:,} vectors of {settings['dimension']} numbers: photos of "
        f"{settings['products']:,} products, {settings['images_per_product']} each, with their records; seed "
        f"{settings['seed']}; {settings['rounds']} rounds of {settings['questions']} searches of each kind."
    )
    yield (
        "How they lie, made and (real): median cosine of two photos of one product "
        f"{_pair(beside, 'same_product')}, of one category {_pair(beside, 'same_category')}, of two "
        f"categories {_pair(beside, 'other_category')}; spread over "
        f"{_pair(beside, 'dimensions', digits=0)} directions. "
        f"For the catalogue's own photos {100 * beside['recall_of_real_photos'].median:.1f} % of the right "
        "products were found."
    )
    empty = beside["empty_process_mib"].median
    yield f"{empty:.0f} MiB of what is resident is the process before it opens the index."
    writing, building = (f"{beside[name].median / 60:.1f} min" for name in ("write_seconds", "index_seconds"))
    yield (
        f"Made in {writing} of writing, {building} of building the graph; "
        f"{beside['busy_cores_while_made'].median:.1f} cores were others' meanwhile."
    )
    yield (
        f"While it answered, {spread(other_work(result))} cores were busy with what is none of the bench's"
        + ("." if is_quiet(result) else ": too much for figures by the clock to say anything.")
    )


def _recall(key: str, title: str, parts: Sequence[float]) -> Figure:
    return Figure(
        key=key,
        title=title,
        unit="%",
        value=Samples(rounds=tuple(100 * part for part in parts)),
        against="exact search",
        against_value=Samples(rounds=(100.0,) * len(parts)),
        bar=_RECALL_BAR,
    )


def _milliseconds(key: str, title: str, seconds: Iterable[float], at_most: float | None = None) -> Measure:
    value = Samples(rounds=tuple(1000 * each for each in seconds))
    return Measure(key=key, title=title, unit="ms", value=value, at_most=at_most)


def _once(key: str, title: str, unit: str, value: float) -> Measure:
    return Measure(key=key, title=title, unit=unit, value=Samples(rounds=(value,)))


def _private_bytes(size: Mapping[str, float]) -> float:
    return size["resident_bytes"] - size["mapped_bytes"]


def _mebibytes(count: float) -> Samples:
    return Samples(rounds=(count / 2**20,))


def _tail(seconds: Sequence[float]) -> float:
    """The 99th percentile."""
    return quantiles(seconds, n=100, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]


def _pair(beside: dict[str, Samples], name: str, digits: int = 2) -> str:
    made, real = (beside[f"{whose}_{name}"].median for whose in ("made", "real"))
    return f"{made:.{digits}f} ({real:.{digits}f})"
