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
