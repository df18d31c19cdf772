"""Where reading a partition begins, or why it must not: deletes that are skipped stay visible for ever."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from consumer.errors import OffsetGap

_log = structlog.get_logger()
_DAY_MS = 86_400_000
REPAIR_FROM_RECORDS = (
    "build a new generation from its records: `python -m consumer reindex --from-records --promote`"
)
REPAIR_FROM_LOG = "build a new generation from the log: `python -m consumer reindex --from-log --promote`"


@dataclass(frozen=True, slots=True)
class PartitionLog:
    """What the broker says of a partition.

    committed: the group's offset, None without one. committed_at_ms: until when everything that was published
    is known to be read, None where it was not stored with the offset.
    low, high: the first offset, and the one after the last.
    """

    topic: str
    partition: int
    committed: int | None
    low: int
    high: int
    committed_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class StartRules:
    """What decides besides the partition itself.

    index_is_empty: whether the index has no record yet. May block for an answer of the index.
    last_written_ms: when a member last wrote the index's status, before that when it was made; it counts for
        offsets that say no time.
    deletes_kept_ms: of compacted topics, how long a tombstone is kept.
    now_ms: the time of day, in milliseconds since 1970.
    """

    index_is_empty: Callable[[], bool]
    last_written_ms: Callable[[], int]
    now_ms: Callable[[], int]
    deletes_kept_ms: Mapping[str, int] = field(default_factory=dict)


def start_position(log: PartitionLog, rules: StartRules) -> int:
    """The offset to begin at. Raises OffsetGap where messages may be gone that the index lacks."""
    name = f"{log.topic}[{log.partition}]"
    if log.committed is None:
        if log.low > 0:
            if not rules.index_is_empty():
                raise OffsetGap(
                    f"{name} has no committed offset and begins at {log.low}: events are gone that this "
                    f"index may lack; {REPAIR_FROM_RECORDS}"
                )
            _log.warning("the log is short", topic=log.topic, partition=log.partition, begins_at=log.low)
        start = log.low
    elif log.committed < log.low:
        raise OffsetGap(
            f"{name} was read up to {log.committed} and begins at {log.low} now: what was between is gone; "
            f"{REPAIR_FROM_RECORDS}"
        )
    else:
        start = log.committed
    if start < log.high:
        _refuse_forgotten_deletes(log, name, rules)
    return start


def _refuse_forgotten_deletes(log: PartitionLog, name: str, rules: StartRules) -> None:
    kept_ms = rules.deletes_kept_ms.get(log.topic)
    if kept_ms is None:
        return
    kept_up_ms = rules.last_written_ms() if log.committed_at_ms is None else log.committed_at_ms
    away_ms = rules.now_ms() - kept_up_ms
    # An empty index shows nothing that should be deleted, and a compacted log tells of all that is live.
    if away_ms <= kept_ms or rules.index_is_empty():
        return
    raise OffsetGap(
        f"{name} is compacted and keeps deletes for {_days(kept_ms)}, and this index has kept up until "
        f"{_days(away_ms)} ago, with events still to read: deletes among them may be gone; "
        f"{REPAIR_FROM_LOG if log.low == 0 else REPAIR_FROM_RECORDS}"
    )


def _days(milliseconds: int) -> str:
    return f"{milliseconds / _DAY_MS:.3g} days"
