"""A generation looked at point by point: what an audit compares, and how it writes what it puts right."""

from collections.abc import Collection as Ids
from collections.abc import Iterator, Sequence
from itertools import islice

from vector_store.conditions import AllOf, Condition, Equals, OneOf, Range
from vector_store.generation import Generation
from vector_store.interface import Collection
from vector_store.points import KIND_IMAGE, KIND_RECORD, Operation, Page, Payload, Point

_RECORDS_A_PAGE = 100
"""A record carries its product and its `data:` images whole."""
_POINTS_A_PAGE = 500
_IDS_A_CALL = 1_000


class Inspection:
    """One generation's points as they are stored. Thread-safe; blocks and raises as its Collection does.

    Pages come in the order of point ids: what is there all the time comes exactly once, whatever is written.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    @property
    def generation(self) -> Generation:
        """What is stored with the collection."""
        return self._collection.generation

    def record_pages(self, *, pending: bool = False, from_id: str | None = None) -> Iterator[Page]:
        """The points of all records, or of those with a pending image, from this point id on."""
        records = Equals("kind", KIND_RECORD)
        where = AllOf((records, Range("retry_at", gte=0))) if pending else records
        return self._pages(where, _RECORDS_A_PAGE, from_id)

    def image_pages(self) -> Iterator[Page]:
        """All image points without their vectors; orphans included."""
        return self._pages(Equals("kind", KIND_IMAGE), _POINTS_A_PAGE, None)

    def records(self, product_uuids: Ids[str]) -> dict[str, Payload]:
        """The records' payloads by product uuid; missing ones are left out."""
        return {
            found.id: found.payload
            for found in self._retrieve(product_uuids)
            if found.payload.get("kind") == KIND_RECORD
        }

    def which_exist(self, point_ids: Ids[str]) -> set[str]:
        """Those of these points that are there."""
        return {found.id for found in self._retrieve(point_ids)}

    def images_of(self, product_uuids: Ids[str]) -> list[Point]:
        """All image points that name one of these products, without their vectors."""
        where = AllOf((Equals("kind", KIND_IMAGE), OneOf("product", tuple(product_uuids))))
        return [point for page in self._pages(where, _POINTS_A_PAGE, None) for point in page.points]

    def count_records(self) -> int:
        """How many records there are, deleted products included."""
        return self._collection.count(Equals("kind", KIND_RECORD))

    def count_images(self) -> int:
        """How many image points there are, orphans included."""
        return self._collection.count(Equals("kind", KIND_IMAGE))

    def put_right(self, operations: Sequence[Operation]) -> None:
        """Carry out guarded operations (see `amendments`) in this order; returns when they are completed."""
        self._collection.apply(operations)

    def _retrieve(self, point_ids: Ids[str]) -> Iterator[Point]:
        ids = iter(point_ids)
        while some := list(islice(ids, _IDS_A_CALL)):
            yield from self._collection.retrieve(some).values()

    def _pages(self, where: Condition, points_a_page: int, from_id: str | None) -> Iterator[Page]:
        while True:
            page = self._collection.scroll(where, limit=points_a_page, from_id=from_id)
            yield page
            if (from_id := page.next_id) is None:
                return
