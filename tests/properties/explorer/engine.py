"""The engine as a graph: its possible contents are numbered, and an operation leads from one to another.

What an operation does is up to tests.contract.memory_store, which passes the suite that real engines pass.
"""

from tests.contract.memory_store import MemoryCollection
from tests.properties.explorer.describe import describe_operation
from tests.properties.explorer.numbering import Numbering
from tests.properties.explorer.rules import DIMENSION
from vector_store import Generation, ProductRecord
from vector_store.points import KIND_IMAGE, KIND_RECORD, Operation, Point

_GENERATION = Generation(
    name="products-00000000",
    model_version="00000000",
    dimension=DIMENSION,
    preprocessing_hash="0",
    order_kind="version",
    created_at_ms=0,
    incarnation="0",
)


class Engine:
    """Every content that was ever reached, by number; 0 is the empty one."""

    def __init__(self) -> None:
        self.operations = Numbering[Operation](name=repr)
        self._points = Numbering[Point](name=repr)
        self._contents = Numbering[frozenset[int]]()
        self._number_of: dict[int, int] = {}
        self._words: dict[int, str] = {}
        self._landed: dict[tuple[int, int], int] = {}
        self._record_sets = Numbering[frozenset[int]]()
        self._record_set_of: dict[int, int] = {}
        self._records: dict[int, dict[str, ProductRecord]] = {}
        self.empty = self._contents.of(frozenset())

    def __len__(self) -> int:
        return len(self._contents)

    def land(self, contents: int, operation: int) -> int:
        """The contents after an operation, seen whole or not at all."""
        landed = self._landed.get((contents, operation))
        if landed is None:
            collection = self.collection(contents)
            collection.apply([self.operations[operation]])
            landed = self._contents.of(frozenset(self._number(point) for point in collection.points.values()))
            self._landed[contents, operation] = landed
        return landed

    def describe(self, operation: int) -> str:
        """An operation in words."""
        if operation not in self._words:
            self._words[operation] = f"lands: {describe_operation(self.operations[operation])}"
        return self._words[operation]

    def points(self, contents: int) -> list[Point]:
        """All points."""
        return [self._points[number] for number in self._contents[contents]]

    def collection(self, contents: int) -> MemoryCollection:
        """The contents to read from."""
        return MemoryCollection(_GENERATION, {point.id: point for point in self.points(contents)})

    def images_of(self, product_uuid: str, contents: int) -> list[Point]:
        """The image points of one product."""
        return [
            point
            for point in self.points(contents)
            if point.payload["kind"] == KIND_IMAGE and point.payload["product"] == product_uuid
        ]

    def products(self, contents: int) -> tuple[str, ...]:
        """The uuids of products that have a record or an image point, sorted."""
        points = self.points(contents)
        named = (point.payload["product"] for point in points if point.payload["kind"] == KIND_IMAGE)
        recorded = (point.id for point in points if point.payload["kind"] == KIND_RECORD)
        return tuple(sorted({*map(str, named), *recorded}))

    def record_set(self, contents: int) -> int:
        """A number for the records alone: many contents differ in image points only."""
        record_set = self._record_set_of.get(contents)
        if record_set is None:
            numbers = self._contents[contents]
            records = (number for number in numbers if self._points[number].payload["kind"] == KIND_RECORD)
            record_set = self._record_set_of[contents] = self._record_sets.of(frozenset(records))
        return record_set

    def records(self, record_set: int) -> dict[str, ProductRecord]:
        """The records of a set, by product id."""
        records = self._records.get(record_set)
        if records is None:
            points = (self._points[number] for number in self._record_sets[record_set])
            read = (ProductRecord.from_payload(point.payload) for point in points)
            records = self._records[record_set] = {each.product_id: each for each in read}
        return records

    def _number(self, point: Point) -> int:
        number = self._number_of.get(id(point))
        if number is None:
            number = self._points.of(point)
            # Only of points that are kept: another one could get the identity of one that is not.
            kept = self._points[number]
            self._number_of[id(kept)] = number
        return number
