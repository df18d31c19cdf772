"""Numbers become an index: records, points, generations, and the engines that hold them."""

from vector_store.amendments import pending_again
from vector_store.conditions import AllOf, AnyOf, Condition, Equals, HasId, Not, OneOf, Range
from vector_store.errors import (
    GenerationExists,
    GenerationMissing,
    InvalidPayload,
    InvalidVector,
    StoreCorrupt,
    StoreError,
    StoreLocked,
    StoreMisused,
    StoreRefused,
    StoreUnavailable,
)
from vector_store.filterable import filterable_part
from vector_store.generation import Generation, generation_name
from vector_store.image_points import ImagePoint
from vector_store.interface import Collection, VectorStore
from vector_store.open_store import open_store
from vector_store.product_index import ProductIndex
from vector_store.ranking import Ranking
from vector_store.read_check import CheckedHit, CheckedProduct
from vector_store.records import EventSource, ImageState, ImageStatus, ProductRecord
from vector_store.settings import VectorStoreSettings
from vector_store.stamp import Stamp
from vector_store.write_protocol import ProductWrite

__all__ = [
    "AllOf",
    "AnyOf",
    "CheckedHit",
    "CheckedProduct",
    "Collection",
    "Condition",
    "Equals",
    "EventSource",
    "Generation",
    "GenerationExists",
    "GenerationMissing",
    "HasId",
    "ImagePoint",
    "ImageState",
    "ImageStatus",
    "InvalidPayload",
    "InvalidVector",
    "Not",
    "OneOf",
    "ProductIndex",
    "ProductRecord",
    "ProductWrite",
    "Range",
    "Ranking",
    "Stamp",
    "StoreCorrupt",
    "StoreError",
    "StoreLocked",
    "StoreMisused",
    "StoreRefused",
    "StoreUnavailable",
    "VectorStore",
    "VectorStoreSettings",
    "filterable_part",
    "generation_name",
    "open_store",
    "pending_again",
]
