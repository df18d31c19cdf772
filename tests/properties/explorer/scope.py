"""How much of the world one exploration covers."""

from dataclasses import dataclass

from tests.properties.explorer.shop_log import Says


@dataclass(frozen=True, slots=True)
class Scope:
    """A log and what may go wrong with it. Everything else is unbounded: runs of any length are covered.

    partitions: the log; the events of one partition are read in order, partitions in any interleaving.
    flaky: images whose tries may fail for now, the mender's up to attempt `flaky_attempts`, then succeed.
    fickle: images that one try refuses for good and another one takes.
    broken: images that every try refuses for good.
    members: 1 or 2; each may at any time be given any stretch of the log, again or for the first time.
    late_requests: how many requests of crashed owners can be under way at a time.
    coalesced: whether a batch's events of one product become one, or are written side by side in one request
        (as happens to batches that follow each other closely).
    point_by_point: whether the engine is seen between two points of one operation.
    resends: whether an owner that waited too long sends its request again while the first is under way.
    reader: whether a search is interleaved too, between its hits and the records that it then reads.
    audit: whether an audit repairs at any time, one product after the other.
    damaged: images whose points may get lost, by no step of the protocol, while they are listed by a record
        whose attempt is below `damaged_attempts`. The audit has to bring them back.
    dead_letters: (partition, offset) of events that cannot be used where they stand, and that come back, in
        this order, over the redrive topic: one more partition.
    redriven_attempts: images that have failed may be redriven while their record's attempt is below this.
    by_time: events have no order but their messages' timestamps.
    """

    name: str
    partitions: tuple[tuple[Says, ...], ...]
    flaky: str = ""
    fickle: str = ""
    broken: str = ""
    members: int = 2
    mender: bool = True
    flaky_attempts: int = 1
    late_requests: int = 1
    coalesced: bool = True
    point_by_point: bool = False
    resends: bool = False
    reader: bool = False
    audit: bool = False
    damaged: str = ""
    damaged_attempts: int = 1
    dead_letters: tuple[tuple[int, int], ...] = ()
    redriven_attempts: int = 0
    by_time: bool = False
