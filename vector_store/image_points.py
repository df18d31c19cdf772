"""Image points: candidates that a search may find, each to be checked against its product's record."""

from collections.abc import Mapping
from dataclasses import dataclass

from vector_store.identity import image_point_uuid, product_uuid
from vector_store.points import KIND_IMAGE, Point, Vector
from vector_store.stamp import Stamp


@dataclass(frozen=True, slots=True)
class ImagePoint:
    """One embedded image of one product at one stamp.

    vector: float32 [dimension], L2-normalised.
    filterable: the product's filterable fields, by which the engine narrows a search.
    """

    product_id: str
    image_key: str
    vector: Vector
    stamp: Stamp
    filterable: Mapping[str, object]

    def to_point(self) -> Point:
        """The image as a point with a vector."""
        payload: dict[str, object] = {
            "kind": KIND_IMAGE,
            "product": product_uuid(self.product_id),
            "image_key": self.image_key,
            "revision": self.stamp.revision,
            "tie": self.stamp.tie,
        }
        payload.update(self.filterable)
        return Point(image_point_uuid(self.product_id, self.image_key), payload, self.vector)
