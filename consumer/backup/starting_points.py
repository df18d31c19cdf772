"""Where a generation that is put back begins to read, or why the log no longer leads on from the snapshot."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from consumer.backup.snapshot_format import Partition, SnapshotHead
from consumer.errors import BackupRefused, OffsetGap
from consumer.kafka.start_positions import PartitionLog, StartRules, start_position

Ends = Mapping[Partition, tuple[int, int]]
"""By topic and partition the first offset of the log, and the one after its last."""


@dataclass(frozen=True, slots=True)
class LogNow:
    """The log as it is when a snapshot is put back.

    deletes_kept_ms: of compacted topics, how long a tombstone is kept. now_ms: the time of day.
    """

    ends: Ends
    deletes_kept_ms: Mapping[str, int]
    now_ms: Callable[[], int]


def starting_points(head: SnapshotHead, log: LogNow, *, is_empty: bool) -> dict[Partition, int]:
    """The offsets to commit, by topic and partition. Pure.

    is_empty: whether the snapshot holds no record. Raises BackupRefused where the consumer would stop at a
    gap, or the log is not the one that the snapshot was taken beside.
    """
    rules = StartRules(
        index_is_empty=lambda: is_empty,
        last_written_ms=lambda: head.last_written_ms,
        now_ms=log.now_ms,
        deletes_kept_ms=log.deletes_kept_ms,
    )
    for known, offset in head.positions.items():
        _refuse_another_log(known, offset, log.ends)
    starts: dict[Partition, int] = {}
    for (topic, partition), (low, high) in log.ends.items():
        committed = head.positions.get((topic, partition))
        try:
            start_position(PartitionLog(topic, partition, committed, low, high), rules)
        except OffsetGap as gap:
            # What the consumer would advise needs the generation that this is meant to bring back.
            what = str(gap).partition("; ")[0]
            raise BackupRefused(
                f"the log does not lead on from this snapshot: {what}; put back a newer one, or publish the "
                "catalogue anew and build from the log"
            ) from gap
        if committed is not None:
            starts[topic, partition] = committed
    return starts


def unread(head: SnapshotHead, topics: frozenset[str]) -> set[str]:
    """Topics that the snapshot's group has read, and these settings do not name."""
    return {topic for topic, _ in head.positions} - topics


def _refuse_another_log(partition: Partition, offset: int | None, ends: Ends) -> None:
    topic, number = partition
    if topic not in {each for each, _ in ends}:
        return  # No longer read; it is told as a warning.
    if partition not in ends:
        raise BackupRefused(f"{topic} has no partition {number}, which this snapshot has read: another log?")
    high = ends[partition][1]
    if offset is not None and offset > high:
        raise BackupRefused(
            f"{topic}[{number}] ends at {high}, and this snapshot has read it up to {offset}: another log?"
        )
