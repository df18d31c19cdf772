"""A reindex where nobody watches a bar: a line for each step, and one now and then in between."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console

from consumer.audit.findings import Finding
from consumer.reindex.console_watcher import console_watcher
from consumer.reindex.progress import BuildProgress, in_words
from consumer.reindex.watching import Watcher

_EVERY_SECONDS = 10.0


class LineWatcher:
    """Gives lines to `write`. clock: seconds, monotonic."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = monotonic) -> None:
        self._write = write
        self._clock = clock
        self._due_at = clock() + _EVERY_SECONDS

    def says(self, line: str) -> None:
        """See Watcher."""
        self._write(line)
        self._due_at = self._clock() + _EVERY_SECONDS

    def copies(self, done: int, total: int) -> None:
        """See Watcher."""
        self._now_and_then(f"{done:,} of {total:,} records copied")

    def builds(self, progress: BuildProgress, seconds_left: float | None) -> None:
        """See Watcher."""
        events = f"{progress.events_done:,} of {progress.events_total:,} events"
        self._now_and_then(f"{events}, {progress.images_done:,} images, {in_words(seconds_left)}")

    def finds(self, finding: Finding) -> None:
        """See Watcher."""
        self._write(f"{finding.kind.value}: {finding.why} ({finding.image_key or finding.point_id})")

    def _now_and_then(self, line: str) -> None:
        if self._clock() >= self._due_at:
            self.says(line)


@contextmanager
def lines_or_bar(console: Console) -> Iterator[Watcher]:
    """A bar where the console is a terminal, lines otherwise."""
    if console.is_terminal:
        with console_watcher() as watcher:
            yield watcher
        return
    yield LineWatcher(lambda line: console.print(line, highlight=False, markup=False, soft_wrap=True))
