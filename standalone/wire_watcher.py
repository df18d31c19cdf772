"""What happens during a reindex, as lines of JSON from one process to another."""

from collections.abc import Callable, Mapping
from typing import Any

from consumer.audit.findings import Finding
from consumer.reindex.progress import BuildProgress
from consumer.reindex.watching import Watcher


class WireWatcher:
    """Sends it; each message has one key that names what it is."""

    def __init__(self, send: Callable[[dict[str, object]], None]) -> None:
        self._send = send

    def says(self, line: str) -> None:
        """See Watcher."""
        self._send({"says": line})

    def copies(self, done: int, total: int) -> None:
        """See Watcher."""
        self._send({"copies": [done, total]})

    def builds(self, progress: BuildProgress, seconds_left: float | None) -> None:
        """See Watcher."""
        done, total = progress.events_done, progress.events_total
        self._send({"builds": [done, total, progress.images_done, progress.products_waiting, seconds_left]})

    def finds(self, finding: Finding) -> None:
        """See Watcher."""
        self.says(f"{finding.kind.value}: {finding.why} ({finding.image_key or finding.point_id})")


def pass_on(message: Mapping[str, Any], watcher: Watcher) -> None:
    """Give a message that was sent so to a watcher on this side; what is none is left alone."""
    match message:
        case {"says": str(line)}:
            watcher.says(line)
        case {"copies": [int(done), int(total)]}:
            watcher.copies(done, total)
        case {"builds": [int(done), int(total), int(images), int(waiting), seconds_left]}:
            watcher.builds(BuildProgress(done, total, images, waiting), seconds_left)
