"""How far a backup is, on a terminal; it never mixes with what is written to a pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from consumer.backup.snapshot_file import OnBytes
from consumer.backup.taking import OnPoints


class Bars:
    """One bar for each stage of the work."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def reading(self, of_points: int) -> OnPoints:
        """The points of a generation are read."""
        return self._more("reading points", of_points)

    def checking(self, of_bytes: int) -> OnBytes:
        """The file is read for the first time."""
        task = self._progress.add_task("checking the file", total=of_bytes)

        def on_bytes(behind: int) -> None:
            self._progress.update(task, completed=behind)

        return on_bytes

    def writing(self, of_points: int) -> OnPoints:
        """The points are written to the index."""
        return self._more("writing points", of_points)

    def _more(self, what: str, total: int) -> OnPoints:
        task = self._progress.add_task(what, total=total)

        def on_points(more: int) -> None:
            self._progress.advance(task, more)

        return on_points


@contextmanager
def bars() -> Iterator[Bars]:
    """Drawn while the block runs, where standard error is a terminal."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as progress:
        yield Bars(progress)
