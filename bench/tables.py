"""Figures for people: on a terminal, and in docs/performance.md."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table

from bench.quietness import is_quiet, other_work
from bench.results import BenchResult, Figure, Measure, Samples

END = "<!-- End of the table. -->"
_HEADINGS = ("figure", "measured", "beside", "that is", "ratio", "rounds", "bar")


def print_result(result: BenchResult, console: Console, remarks: Iterable[str] | None = None) -> None:
    """A table, and what to know of it; by default what there is to know of the quick suite."""
    table = Table("figure, and what it stands beside", "measured", "ratio", "bar", show_lines=True)
    for figure in result.figures:
        title, value, against, against_value, ratio, rounds, bar = _cells(figure)
        table.add_row(f"{title}\n{against}", f"{value}\n{against_value}", f"{ratio}\n{rounds}", bar)
    for measure in result.measures:
        title, value, _, _, _, rounds, bar = _measure_cells(measure)
        table.add_row(title, value, rounds, bar)
    console.print(table)
    for line in _remarks(result) if remarks is None else remarks:
        console.print(line, highlight=False)


def begin(suite: str) -> str:
    """The line before a suite's table in the docs; `END` is the one after it."""
    return f"<!-- The table between these lines is written by `python -m bench {suite} --record`. -->"


def markdown(result: BenchResult, remarks: Iterable[str] | None = None) -> str:
    """The same as Markdown, between `begin` and `END`."""
    cells = (*map(_cells, result.figures), *map(_measure_cells, result.measures))
    table = "\n".join(f"| {' | '.join(row)} |" for row in (_HEADINGS, ("---",) * len(_HEADINGS), *cells))
    said = "\n".join(f"- {line}" for line in (_remarks(result) if remarks is None else remarks))
    return f"{begin(result.suite)}\n\n{table}\n\n{said}\n\n{END}"


def spread(samples: Samples, digits: int = 2) -> str:
    """The median, and between which values the rounds lie."""
    return f"{samples.median:.{digits}f} ({samples.lowest:.{digits}f}–{samples.highest:.{digits}f})"


def _cells(figure: Figure) -> tuple[str, ...]:
    ratio = figure.ratio
    return (
        figure.title,
        f"{figure.value.median:.1f} {figure.unit}",
        figure.against,
        f"{figure.against_value.median:.1f} {figure.unit}",
        f"{ratio.median:.2f}",
        f"{ratio.lowest:.2f}–{ratio.highest:.2f}",
        _bar(figure),
    )


def _measure_cells(measure: Measure) -> tuple[str, ...]:
    value, unit = measure.value, measure.unit
    rounds = f"{value.lowest:.1f}–{value.highest:.1f}"
    return (measure.title, f"{value.median:.1f} {unit}", *("–",) * 3, rounds, _bar(measure))


def _bar(shown: Figure | Measure) -> str:
    """What is wanted, and by how much it is missed if it is."""
    reached = shown.of_bar
    if reached is None:
        return "–"
    at_least = shown.bar if isinstance(shown, Figure) else None
    if at_least is not None:
        wanted, missing = f"≥ {at_least:.3g}", 1 - reached.median
    else:
        unit = "" if isinstance(shown, Figure) else f" {shown.unit}"
        wanted, missing = f"≤ {shown.at_most:.3g}{unit}", 1 / reached.median - 1
    return wanted if missing <= 0 else f"{wanted}; missed by {100 * missing:.0f} %"


def _remarks(result: BenchResult) -> Iterator[str]:
    machine, settings = result.machine, result.settings
    yield (
        f"Machine: {machine['cores']} cores ({machine['cpu']}), {machine['memory_gib']} GiB, "
        f"{machine['system']}; Kafka: {settings['kafka']}."
    )
    yield (
        f"Model: {settings['model']} ({settings['embedder']}), batches of {settings['embed_batch_size']}, "
        f"embedding calls at a time: {settings['embed_calls']}, "
        f"threads of each: {settings['embed_threads']}; "
        f"{settings['fetch_threads']} threads fetching; "
        f"the plain service: {settings['torch_threads']} torch threads."
    )
    yield (
        f"{settings['rounds']} rounds of {settings['images']} images (the plain service: "
        f"{settings['plain_images']}), seed {settings['seed']}; medians, and the least and greatest ratio of "
        "a round."
    )
    beside = result.beside
    yield (
        f"Core-ms an image: {spread(beside['decode_core_ms_per_image'])} for decoding alone, "
        f"{spread(beside['embed_core_ms_per_image'])} for embedding alone; of the consumer's, "
        f"{spread(beside['kafka_client_core_ms_per_image'])} for its Kafka client; beside the consumer, "
        f"{spread(beside['around_core_ms_per_image'])} for image host, the bench's broker, and the bench."
    )
    yield f"{spread(other_work(result))} cores were busy with what is none of the bench's" + (
        "." if is_quiet(result) else ": too much for figures by the clock to say anything."
    )
