"""How a batch of product states is written so that searches never see half of one.

The order of the steps and the guard on each carry the argument of docs/explanation/correctness.md; the
explorer in tests/properties runs exactly this code.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from vector_store.conditions import AllOf, Equals
from vector_store.identity import product_uuid
from vector_store.image_points import ImagePoint
from vector_store.points import KIND_IMAGE, DeletePoints, Operation, UpsertPoints
from vector_store.records import ProductRecord
from vector_store.stamp import Stamp, image_point_below, record_below


@dataclass(frozen=True, slots=True)
class ProductWrite:
    """One product's new state: its record, and a point for every image that the record lists as indexed.

    An attempt on pending images needs points only for the images that it adds.
    """

    record: ProductRecord
    points: tuple[ImagePoint, ...]


def operations_for(writes: Iterable[ProductWrite]) -> tuple[Operation, ...]:
    """The operations that write these states, to be completed in this order.

    1. each image point, only over a lower (revision, tie);
    2. each record, only over a lower stamp;
    3. removal of the products' image points of a lower (revision, tie).
    """
    batch = tuple(writes)
    return (
        *(_upsert_image_points(write) for write in batch if write.points),
        *(_upsert_record(write.record) for write in batch),
        *(remove_points_below(write.record.product_id, write.record.stamp) for write in batch),
    )


def remove_points_below(product_id: str, stamp: Stamp) -> DeletePoints:
    """Removal of a product's image points that a state of this stamp has replaced."""
    return DeletePoints(
        AllOf(
            (
                Equals("product", product_uuid(product_id)),
                Equals("kind", KIND_IMAGE),
                image_point_below(stamp),
            )
        )
    )


def _upsert_image_points(write: ProductWrite) -> UpsertPoints:
    return UpsertPoints(
        points=tuple(point.to_point() for point in write.points),
        only_over=image_point_below(write.record.stamp),
    )


def _upsert_record(record: ProductRecord) -> UpsertPoints:
    return UpsertPoints(points=(record.to_point(),), only_over=record_below(record.stamp))
