"""What the status point says: how far the index has read, for whoever looks at the collection alone."""

from collections.abc import Callable

from consumer.audit.periodic import AUDITED_AT
from consumer.offsets import OffsetTracker
from vector_store import ProductIndex


class StatusReport:
    """Writes the status point. now_ms: the time of day, in milliseconds since 1970.

    lag: how many messages wait, and for how many seconds, of the partitions that this member reads.
    audited_at_ms: when the last audit ended, see `periodic_audit`; None where none runs by itself.
    """

    def __init__(
        self,
        index: ProductIndex,
        offsets: OffsetTracker,
        now_ms: Callable[[], int],
        audited_at_ms: Callable[[], int] | None = None,
        lag: Callable[[], tuple[int, float]] = lambda: (0, 0.0),
    ) -> None:
        self._index = index
        self._offsets = offsets
        self._now_ms = now_ms
        self._audited_at_ms = audited_at_ms
        self._lag = lag

    def write(self) -> None:
        """Replace the status point; blocks for one write, and one look-up before."""
        lag_messages, lag_seconds = self._lag()
        self._index.write_status(
            {
                "written_at_ms": self._now_ms(),
                "positions": [
                    {"topic": topic, "partition": partition, "offset": offset}
                    for (topic, partition), offset in sorted(self._offsets.positions().items())
                ],
                "lag_messages": lag_messages,
                "lag_seconds": lag_seconds,
                "unfinished_messages": self._offsets.open_messages(),
                **({} if self._audited_at_ms is None else {AUDITED_AT: self._audited_at_ms()}),
            }
        )


def last_written_ms(index: ProductIndex) -> int:
    """When the status point was last written; before the first time, when the generation was made.

    Milliseconds since 1970. Blocks for one look-up.
    """
    status = index.status() or {}
    written = status.get("written_at_ms")
    return written if isinstance(written, int) else index.generation.created_at_ms
