"""A reindex on a terminal, or in a log where nobody watches one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import click
import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from consumer.audit.findings import Finding
from consumer.reindex.progress import BuildProgress, Pace, in_words

_log = structlog.get_logger()
_LOG_EVERY_SECONDS = 10.0


class LogWatcher:
    """Says it in log lines, progress every ten seconds. clock: seconds, monotonic."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._due_at = clock()

    def says(self, line: str) -> None:
        """See Watcher."""
        _log.info("reindex", step=line)
        self._due_at = self._clock()

    def copies(self, done: int, total: int) -> None:
        """See Watcher."""
        if self._is_due() or done >= total:
            _log.info("records copied", done=done, total=total)

    def builds(self, progress: BuildProgress, seconds_left: float | None) -> None:
        """See Watcher."""
        if self._is_due() or progress.finished:
            _log.info(
                "building",
                events=f"{progress.events_done}/{progress.events_total}",
                images=progress.images_done,
                products_waiting=progress.products_waiting,
                left=in_words(seconds_left),
            )

    def finds(self, finding: Finding) -> None:
        """See Watcher."""
        _log.warning("audit finding", **finding.to_json())

    def _is_due(self) -> bool:
        if (now := self._clock()) < self._due_at:
            return False
        self._due_at = now + _LOG_EVERY_SECONDS
        return True


class TerminalWatcher:
    """Draws a bar for what is under way, and leaves a line for each step."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("begins", total=None, words="")
        self._images = Pace()

    def says(self, line: str) -> None:
        """See Watcher."""
        self._progress.console.print(line, highlight=False)
        self._progress.update(self._task, description=line[:60], total=None, words="")

    def copies(self, done: int, total: int) -> None:
        """See Watcher."""
        self._progress.update(self._task, description="copies records", completed=done, total=total, words="")

    def builds(self, progress: BuildProgress, seconds_left: float | None) -> None:
        """See Watcher."""
        self._images.note(monotonic(), progress.images_done)
        speed = self._images.per_second() or 0.0
        waiting = f"{progress.products_waiting:,} products to embed, " if progress.products_waiting else ""
        self._progress.update(
            self._task,
            description="events",
            completed=progress.events_done,
            total=progress.events_total,
            words=f"{waiting}{progress.images_done:,} images, {speed:.0f}/s, {in_words(seconds_left)}",
        )

    def finds(self, finding: Finding) -> None:
        """See Watcher."""
        click.echo(f"{finding.kind.value}: {finding.why} ({finding.image_key or finding.point_id})", err=True)


@contextmanager
def console_watcher() -> Iterator[LogWatcher | TerminalWatcher]:
    """A bar where standard error is a terminal, log lines otherwise."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield LogWatcher()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[words]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield TerminalWatcher(progress)
