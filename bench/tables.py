"""Figures for people: on a terminal, and in docs/performance.md."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table

from bench.quietness import is_quiet, other_work
from bench.results import BenchResult, Figure, Samples

BEGIN = "<!-- The table between these lines is written by `python -m bench quick --record`. -->"
END = "<!-- End of the table. -->"
_HEADINGS = ("figure", "measured", "beside", "that is", "ratio", "rounds", "bar")


def print_result(result: BenchResult, console: Console, remarks: Iterable[str] | None = None) -> None:
    """A table, and what to know of it; by default what there is to know of the quick suite."""
    table = Table("figure, and what it stands beside", "measured", "ratio", "bar", show_lines=True)
    for figure in result.figures:
        title, value, against, against_value, ratio, rounds, bar = _cells(figure)
        table.add_row(f"{title}\n{against}", f"{value}\n{against_value}", f"{ratio}\n{rounds}", bar)
    console.print(table)
    for line in _remarks(result) if remarks is None else remarks:
        console.print(line, highlight=False)


def markdown(result: BenchResult) -> str:
    """The same as Markdown, between `BEGIN` and `END`."""
    rows = [_HEADINGS, ("---",) * len(_HEADINGS), *(_cells(figure) for figure in result.figures)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    remarks = "\n".join(f"- {line}" for line in _remarks(result))
    return f"{BEGIN}\n\n{table}\n\n{remarks}\n\n{END}"


def _cells(figure: Figure) -> tuple[str, ...]:
    ratio = figure.ratio
    return (
        figure.title,
        f"{figure.value.median:.1f} {figure.unit}",
        figure.against,
        f"{figure.against_value.median:.1f} {figure.unit}",
        f"{ratio.median:.2f}",
        f"{ratio.lowest:.2f}–{ratio.highest:.2f}",
        "–" if figure.bar is None else f"≥ {figure.bar:.3g}",
    )


def _remarks(result: BenchResult) -> Iterator[str]:
    machine, settings = result.machine, result.settings
    yield (
        f"Machine: {machine['cores']} cores ({machine['cpu']}), {machine['memory_gib']} GiB, "
        f"{machine['system']}; Kafka: {settings['kafka']}."
    )
    yield (
        f"Model: {settings['model']} ({settings['embedder']}), batches of {settings['embed_batch_size']}, "
        f"{settings['embed_threads'] or 'all'} embedding threads, {settings['fetch_threads']} fetching; "
        f"the plain service: {settings['torch_threads']} torch threads."
    )
    yield (
        f"{settings['rounds']} rounds of {settings['images']} images (the plain service: "
        f"{settings['plain_images']}), seed {settings['seed']}; medians, and the least and greatest ratio of "
        "a round."
    )
    beside = result.beside
    yield (
        f"Core-ms an image: {_spread(beside['decode_core_ms_per_image'])} for decoding alone, "
        f"{_spread(beside['embed_core_ms_per_image'])} for embedding alone; of the consumer's, "
        f"{_spread(beside['kafka_client_core_ms_per_image'])} for its Kafka client; beside the consumer, "
        f"{_spread(beside['around_core_ms_per_image'])} for image host, the bench's broker, and the bench."
    )
    yield f"{_spread(other_work(result))} cores were busy with what is none of the bench's" + (
        "." if is_quiet(result) else ": too much for figures by the clock to say anything."
    )


def _spread(samples: Samples) -> str:
    return f"{samples.median:.2f} ({samples.lowest:.2f}–{samples.highest:.2f})"
