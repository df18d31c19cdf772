"""Who watches a reindex: a terminal, a log, a page of the laptop demo."""

from typing import Protocol

from consumer.audit.findings import Finding
from consumer.reindex.progress import BuildProgress


class Watcher(Protocol):
    """Takes what happens. Called on the thread that reindexes; must not block for long."""

    def says(self, line: str) -> None:
        """A step begins or has ended, in words."""
        ...

    def copies(self, done: int, total: int) -> None:
        """So many records are copied of so many."""
        ...

    def builds(self, progress: BuildProgress, seconds_left: float | None) -> None:
        """How far the reading and embedding is; asked about once a second."""
        ...

    def finds(self, finding: Finding) -> None:
        """The audit has confirmed a finding."""
        ...
