"""The points of a generation are read for a snapshot, while its consumers go on writing.

What is read is no single moment's state, and need not be. The order is the argument:

1. The group's offsets were noted first. Every event below them was written wholly before the first point is
   read: its image points, its record, and the removal of what it replaced.
2. Then the records are read. A record is written after its points, so the points that it lists were there.
3. Then everything else. A point that a record lists is missing or of a later state only where an event has
   come meanwhile whose record is not yet, or later, written: so its offset is not below the noted ones.

Whoever reads on from the noted offsets decides such an event anew, since its stamp is above the record's, and
writes its points. The other way round a record could list points that were read too early, and its own event
would be passed over for its stamp.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from consumer.backup.patience import patiently
from consumer.backup.snapshot_format import Partition, SnapshotHead
from consumer.backup.snapshot_writer import SnapshotWriter
from consumer.errors import BackupRefused
from consumer.reindex.build_mark import is_half_copied
from consumer.status.status_point import last_written_ms
from consumer.version import SERVICE_VERSION
from vector_store import Collection, Condition, Equals, Not, ProductIndex
from vector_store.identity import STATUS_POINT_ID
from vector_store.points import KIND_RECORD, Point

_RECORDS = Equals("kind", KIND_RECORD)
_RECORDS_A_PAGE = 100
"""A record carries its product and its `data:` images whole."""
_POINTS_A_PAGE = 500

OnPoints = Callable[[int], None]
"""Called now and then with how many more points are behind."""


def describe(
    collection: Collection,
    positions: Callable[[], Mapping[Partition, int | None]],
    now_ms: Callable[[], int],
) -> SnapshotHead:
    """What the snapshot says of itself; positions: asks for the group's committed offsets, now.

    Raises BackupRefused where the offsets say nothing yet, StoreError.
    """
    refuse_half_copied(collection)
    written_ms = patiently(lambda: last_written_ms(ProductIndex(collection)))
    begun_at_ms = now_ms()
    return SnapshotHead(
        generation=collection.generation,
        positions=positions(),
        begun_at_ms=begun_at_ms,
        last_written_ms=min(written_ms, begun_at_ms),
        service_version=SERVICE_VERSION,
    )


def take(collection: Collection, head: SnapshotHead, writer: SnapshotWriter, on_points: OnPoints) -> None:
    """Give all points to the writer; `head` must have been made before. Blocks.

    Raises BackupRefused, StoreError, OSError.
    """
    for page in _pages(collection, _RECORDS, _RECORDS_A_PAGE):
        for point in page:
            writer.add(point, is_record=True)
        on_points(len(page))
    for page in _pages(collection, Not(_RECORDS), _POINTS_A_PAGE):
        for point in page:
            writer.add(_as_of(head, point), is_record=False)
        on_points(len(page))
    refuse_half_copied(collection)


def refuse_half_copied(collection: Collection) -> None:
    """Raises BackupRefused while records are still to be copied into this generation."""
    if patiently(lambda: is_half_copied(collection)):
        raise BackupRefused(
            f"the records of generation {collection.generation.name} are not all copied yet: "
            "take the snapshot once `python -m consumer reindex` is done, or of the promoted one"
        )


def _as_of(head: SnapshotHead, point: Point) -> Point:
    """The status must not be newer than the offsets: what the log forgets is reckoned from it."""
    if point.id != STATUS_POINT_ID:
        return point
    return Point(point.id, {**point.payload, "written_at_ms": head.last_written_ms})


def _pages(collection: Collection, where: Condition, points_a_page: int) -> Iterator[tuple[Point, ...]]:
    from_id: str | None = None
    while True:
        page = patiently(
            partial(collection.scroll, where, limit=points_a_page, from_id=from_id, with_vectors=True)
        )
        yield page.points
        if (from_id := page.next_id) is None:
            return
