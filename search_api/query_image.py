"""From what was sent to the vector that is looked for."""

from collections.abc import Mapping

import numpy as np

from images import DecodeLimits, decode
from model.embedder import Embedder
from search_api.errors import NothingIndexed, ProductUnknown
from search_api.stopwatch import Stopwatch
from vector_store import ImageStatus, ProductIndex, ProductRecord
from vector_store.points import Vector


def vector_of_photo(data: bytes, embedder: Embedder, limits: DecodeLimits, watch: Stopwatch) -> Vector:
    """An image file's bytes as float32 [dimension], L2-normalised. Blocks while the network runs.

    Raises RejectedImage, BadEmbedding.
    """
    with watch.stage("decode"):
        picture = decode(data, limits, min_side_px=embedder.preprocessing.min_side_px)
        pixels = embedder.prepare(picture)
    with watch.stage("embed"):
        (vector,) = embedder.embed_prepared(pixels[np.newaxis])
    return np.asarray(vector, dtype=np.float32)


def live_record(index: ProductIndex, product_id: str) -> ProductRecord:
    """The record of a product that is for sale. Blocks; raises ProductUnknown, StoreError."""
    record = index.record(product_id)
    if record is None or not record.live:
        raise ProductUnknown(f"there is no product {_quoted(product_id)}")
    return record


def vector_of_product(index: ProductIndex, product_id: str, watch: Stopwatch) -> Vector:
    """The normalised mean of the product's indexed images, float32 [dimension]; nothing is embedded for it.

    Blocks. Raises ProductUnknown, NothingIndexed, StoreError.
    """
    with watch.stage("look_up"):
        record = live_record(index, product_id)
        keys = [image.key for image in record.images if image.status is ImageStatus.INDEXED]
        stored: Mapping[str, Vector] = index.vectors({product_id: keys}).get(product_id, {}) if keys else {}
    vectors = [stored[key] for key in keys if key in stored]
    mean = np.mean(vectors, axis=0, dtype=np.float64) if vectors else np.zeros(1)
    length = float(np.linalg.norm(mean))
    if length == 0:
        waiting = any(image.status is ImageStatus.PENDING for image in record.images)
        raise NothingIndexed(
            f"product {_quoted(product_id)} has no indexed image"
            + (": its images are still being fetched" if waiting else "")
        )
    return np.asarray(mean / length, dtype=np.float32)


def _quoted(product_id: str) -> str:
    return f"“{product_id[:100]}”"
