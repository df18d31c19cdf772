"""Figures in the prose of README and docs: each names the run that it comes from, and is written from it.

    about <!-- full: images_per_second_to_bound -->110<!-- --> images a second

A name is a figure's or a measure's key, or one of the samples beside them. `.against` and `.ratio` after a
figure's say which of its numbers, `.lowest` and `.highest` after any which of its rounds; else the median.
As many digits are written after the point as are there.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.results import BenchResult, Figure, Samples

_MARKED = re.compile(r"(<!-- (\w+): ([\w.]+) -->)([\d.,]+)(<!-- -->)")


def pages(repository: Path) -> Iterator[Path]:
    """Where such figures may stand."""
    yield repository / "README.md"
    yield from sorted((repository / "docs").rglob("*.md"))


def rewritten(text: str, run_of: Callable[[str], BenchResult]) -> str:
    """The text with each marked figure as the run of its suite has it. Raises KeyError for unknown names."""

    def figure(found: re.Match[str]) -> str:
        begin, suite, name, shown, end = found.groups()
        digits = len(shown.partition(".")[2])
        return f"{begin}{number_named(run_of(suite), name):,.{digits}f}{end}"

    return _MARKED.sub(figure, text)


def unmarked(text: str) -> str:
    """The text without what is marked."""
    return _MARKED.sub("", text)


def number_named(result: BenchResult, name: str) -> float:
    """The number that a mark names. Raises KeyError."""
    key, *parts = name.split(".")
    if parts and parts[0] in ("against", "ratio"):
        samples = _side(_figures(result)[key], parts.pop(0))
    else:
        samples = _samples(result)[key]
    if not parts:
        return samples.median
    [end] = parts
    return {"lowest": samples.lowest, "highest": samples.highest}[end]


def _figures(result: BenchResult) -> dict[str, Figure]:
    return {figure.key: figure for figure in result.figures}


def _samples(result: BenchResult) -> dict[str, Samples]:
    figures = {figure.key: figure.value for figure in result.figures}
    measures = {measure.key: measure.value for measure in result.measures}
    return {**result.beside, **figures, **measures}


def _side(figure: Figure, part: str) -> Samples:
    return figure.ratio if part == "ratio" else figure.against_value
