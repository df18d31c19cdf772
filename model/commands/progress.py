"""A bar that shows how far a long command is."""

import contextlib
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from model.progress import ProgressReport


@contextlib.contextmanager
def progress_bar() -> Iterator[ProgressReport]:
    """One bar on stderr, which each stage begins anew."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("starting", total=None)
        yield ProgressReport(
            begin=lambda name, total: bar.reset(task, description=name, total=total),
            advance=lambda count: bar.advance(task, count),
        )
