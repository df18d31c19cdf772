"""Which offsets may be committed: contiguously, up to the first message that is not dealt with. No I/O."""

from collections import deque
from collections.abc import Collection, Iterable
from threading import Lock
from typing import TypeAlias

Partition: TypeAlias = tuple[str, int]
"""Topic and partition number."""


class _PartitionProgress:
    """open: what is not dealt with; in_order: from the first of those on, later ones that are included.

    at_end: whether nothing was taken in since the log was read to its end.
    """

    def __init__(self) -> None:
        self.in_order: deque[int] = deque()
        self.open: set[int] = set()
        self.next_offset = 0
        self.committed: int | None = None
        self.at_end = False

    def position(self) -> int:
        return self.in_order[0] if self.in_order else self.next_offset


class OffsetTracker:
    """The messages between intake and completion, by partition. Thread-safe; never blocks for long."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._partitions: dict[Partition, _PartitionProgress] = {}

    def begin(self, topic: str, partition: int, offset: int) -> None:
        """A message was taken in. Those of a partition come in the order of their offsets."""
        with self._lock:
            progress = self._progress((topic, partition))
            progress.in_order.append(offset)
            progress.open.add(offset)
            progress.next_offset = offset + 1
            progress.at_end = False

    def reached_end(self, topic: str, partition: int, offset: int) -> None:
        """There is no message below this offset that was not taken in, and none from it on."""
        with self._lock:
            progress = self._progress((topic, partition))
            progress.next_offset = max(progress.next_offset, offset)
            progress.at_end = True

    def finish(self, topic: str, partition: int, offset: int) -> None:
        """A message is dealt with. Ignored if its partition was forgotten, unless it was taken in again."""
        with self._lock:
            progress = self._partitions.get((topic, partition))
            if progress is None:
                return
            progress.open.discard(offset)
            while progress.in_order and progress.in_order[0] not in progress.open:
                progress.in_order.popleft()

    def committable(self) -> dict[Partition, int]:
        """By partition, the offset to commit (of the next message to read), where it is not committed yet."""
        with self._lock:
            return {
                partition: progress.position()
                for partition, progress in self._partitions.items()
                if progress.position() != progress.committed
            }

    def kept_up(self) -> dict[Partition, int]:
        """By partition, the offset to commit, where everything up to the end of the log is dealt with."""
        with self._lock:
            return {
                partition: progress.next_offset
                for partition, progress in self._partitions.items()
                if progress.at_end and not progress.in_order
            }

    def positions(self) -> dict[Partition, int]:
        """By partition, the offset up to which everything is dealt with."""
        with self._lock:
            return {partition: progress.position() for partition, progress in self._partitions.items()}

    def committed(self, partition: Partition, offset: int) -> None:
        """The broker has stored this offset."""
        with self._lock:
            if (progress := self._partitions.get(partition)) is not None:
                progress.committed = offset

    def open_messages(self, partitions: Collection[Partition] | None = None) -> int:
        """How many messages of these partitions (default: of all) are not dealt with."""
        with self._lock:
            return sum(
                len(progress.open)
                for partition, progress in self._partitions.items()
                if partitions is None or partition in partitions
            )

    def forget(self, partitions: Iterable[Partition]) -> None:
        """These partitions are another member's now."""
        with self._lock:
            for partition in partitions:
                self._partitions.pop(partition, None)

    def _progress(self, partition: Partition) -> _PartitionProgress:
        if (progress := self._partitions.get(partition)) is None:
            progress = self._partitions[partition] = _PartitionProgress()
        return progress
