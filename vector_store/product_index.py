"""A generation in terms of products: records, vectors to reuse, writes, pending images, checked searches."""

from collections.abc import Collection as Ids
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vector_store.amendments import replace_as_read
from vector_store.conditions import AllOf, Condition, Equals, OneOf, Range
from vector_store.generation import Generation
from vector_store.identity import STATUS_POINT_ID, image_point_uuid, product_uuid
from vector_store.inspection import Inspection
from vector_store.interface import Collection
from vector_store.points import KIND_IMAGE, KIND_RECORD, KIND_STATUS, Payload, Point, UpsertPoints, Vector
from vector_store.ranking import Ranking
from vector_store.read_check import CheckedProduct, best_first, check
from vector_store.records import STATE_LIVE, ProductRecord
from vector_store.write_protocol import ProductWrite, operations_for

_PAGE_POINTS = 500


@dataclass(frozen=True, slots=True)
class ImageVector:
    """The stored vector (float32 [dimension]) of one image of one product."""

    image_key: str
    vector: Vector


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Some records; `next_id` continues, None ends."""

    records: tuple[ProductRecord, ...]
    next_id: str | None


class ProductIndex:
    """One generation's products. Thread-safe; blocks and raises as its Collection does."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    @property
    def generation(self) -> Generation:
        """What is stored with the collection."""
        return self._collection.generation

    def inspection(self) -> Inspection:
        """The same generation, point by point."""
        return Inspection(self._collection)

    def records(self, product_ids: Iterable[str]) -> dict[str, ProductRecord]:
        """The records of these products, by product id; products never heard of are left out."""
        found = self._collection.retrieve([product_uuid(each) for each in product_ids])
        records = (ProductRecord.from_payload(point.payload) for point in found.values())
        return {record.product_id: record for record in records}

    def record(self, product_id: str) -> ProductRecord | None:
        """One product's record, or None."""
        return self.records([product_id]).get(product_id)

    def vectors(self, image_keys: Mapping[str, Ids[str]]) -> dict[str, dict[str, Vector]]:
        """Stored vectors by product id and image key; images without a point are left out."""
        wanted = {
            image_point_uuid(product_id, key): (product_id, key)
            for product_id, keys in image_keys.items()
            for key in keys
        }
        vectors: dict[str, dict[str, Vector]] = {}
        if wanted:
            for point_id, point in self._collection.retrieve(wanted.keys(), with_vectors=True).items():
                if point.vector is not None:
                    product_id, key = wanted[point_id]
                    vectors.setdefault(product_id, {})[key] = point.vector
        return vectors

    def write(self, writes: Iterable[ProductWrite]) -> None:
        """Write these states by the protocol; returns when the write is completed."""
        self._collection.apply(operations_for(writes))

    def amend(self, amended: ProductRecord) -> None:
        """Replace a record by its next attempt where it still is as it was read; else nothing happens.

        See `amendments.pending_again`, which makes such a record.
        """
        self._collection.apply([replace_as_read(amended)])

    def similar(
        self,
        vector: Vector,
        *,
        limit: int,
        hits_per_product: int = 8,
        where: Condition | None = None,
        without_product: str | None = None,
        among: Ids[str] = (),
    ) -> list[CheckedProduct]:
        """The products most similar to the vector (float32 [dimension]), at most `limit`, each checked.

        among: uuids of products, where only those are of interest.

        Where hits were refused, the search runs once more without those points, so that an answer is not
        short because of leftovers. `without_product` never appears in the answer.
        """
        found: dict[str, CheckedProduct] = {}
        refused: frozenset[str] = frozenset()
        # One place more, so that leaving out the product itself costs no place.
        wanted = limit if without_product is None else limit + 1
        narrowed = where
        if among:
            chosen = OneOf("product", tuple(among))
            narrowed = chosen if where is None else AllOf((where, chosen))
        for _ in range(2):
            candidates = self._collection.search(
                vector, limit=wanted, hits_per_product=hits_per_product, where=narrowed, without=refused
            )
            checked = check(
                candidates, where=where, filterable_attributes=self.generation.filterable_attributes
            )
            # A product that changes between the rounds may be missing from the second: its new points were
            # refused in the first. What the first said of it stands then.
            found.update((each.record.product_id, each) for each in checked.products)
            refused |= checked.refused
            if not checked.refused:
                break
        answer = best_first(found.values())
        return [each for each in answer if each.record.product_id != without_product][:limit]

    def ranking(
        self,
        vector: Vector,
        *,
        hits_per_product: int = 8,
        where: Condition | None = None,
        without: Ids[str] = (),
    ) -> Ranking:
        """The same, to be read page by page; without: uuids of products that never appear."""

        def check(products: Sequence[str]) -> list[CheckedProduct]:
            return self.similar(
                vector, limit=len(products), hits_per_product=hits_per_product, where=where, among=products
            )

        return Ranking(self._collection, vector, check, where=where, without=without)

    def due(self, now_ms: int, *, limit: int) -> list[ProductRecord]:
        """Records with a pending image whose next try is due, at most `limit`."""
        return list(self.due_page(now_ms, limit=limit).records)

    def due_page(self, now_ms: int, *, limit: int, from_id: str | None = None) -> RecordPage:
        """The same, in the order of the records' ids, from this one on."""
        page = self._collection.scroll(
            AllOf((Equals("kind", KIND_RECORD), Range("retry_at", lte=now_ms))), limit=limit, from_id=from_id
        )
        return RecordPage(
            tuple(ProductRecord.from_payload(point.payload) for point in page.points), page.next_id
        )

    def all_records(self) -> Iterator[ProductRecord]:
        """Every record, page by page."""
        from_id: str | None = None
        while True:
            page = self._collection.scroll(Equals("kind", KIND_RECORD), limit=_PAGE_POINTS, from_id=from_id)
            yield from (ProductRecord.from_payload(point.payload) for point in page.points)
            if (from_id := page.next_id) is None:
                return

    def image_points(self) -> Iterator[Point]:
        """Every image point without its vector, page by page; orphans included."""
        from_id: str | None = None
        while True:
            page = self._collection.scroll(Equals("kind", KIND_IMAGE), limit=_PAGE_POINTS, from_id=from_id)
            yield from page.points
            if (from_id := page.next_id) is None:
                return

    def count_records(self) -> int:
        """How many records there are, deleted products included."""
        return self._collection.count(Equals("kind", KIND_RECORD))

    def count_live(self) -> int:
        """How many records there are of products that are for sale."""
        return self._collection.count(AllOf((Equals("kind", KIND_RECORD), Equals("state", STATE_LIVE))))

    def count_images(self) -> int:
        """How many image points there are, orphans included."""
        return self._collection.count(Equals("kind", KIND_IMAGE))

    def count_pending(self) -> int:
        """How many products have a pending image."""
        return self._collection.count(AllOf((Equals("kind", KIND_RECORD), Range("retry_at", gte=0))))

    def write_status(self, status: Payload) -> None:
        """Replace the status point: positions, lag, last commit."""
        point = Point(STATUS_POINT_ID, {**status, "kind": KIND_STATUS})
        self._collection.apply([UpsertPoints((point,), only_over=Equals("kind", KIND_STATUS))])

    def status(self) -> Payload | None:
        """What was last written as status, or None."""
        point = self._collection.retrieve([STATUS_POINT_ID]).get(STATUS_POINT_ID)
        return None if point is None else point.payload

    def maintain(self) -> None:
        """Let the engine tidy up."""
        self._collection.maintain()
