"""From what was sent to the vector that is looked for."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack

import numpy as np

from images import DecodeLimits, TooManyPixels, decode
from model.embedder import Embedder
from search_api.errors import NothingIndexed, ProductUnknown
from search_api.photo_lines import PhotoLines
from search_api.photo_weight import PhotoWeight
from search_api.stopwatch import Stopwatch
from search_api.waiting_line import WaitingLine
from vector_store import ImageStatus, ProductIndex, ProductRecord
from vector_store.points import Vector


def vector_of_photo(
    data: bytes, embedder: Embedder, limits: DecodeLimits, lines: PhotoLines, watch: Stopwatch
) -> Vector:
    """An image file's bytes as float32 [dimension], L2-normalised. Blocks: for its turn, and while it works.

    Raises TooBusy, RejectedImage, BadEmbedding.
    """
    weight = PhotoWeight.of(data, limits, lines.max_whole_pixels)
    try:
        return _vector(data, embedder, weight.light, (lines.photos,), watch)
    except TooManyPixels:
        if weight.light == weight.heavy:
            raise
        return _vector(data, embedder, weight.heavy, (lines.heavy, lines.photos), watch)


def _vector(
    data: bytes, embedder: Embedder, limits: DecodeLimits, lines: Iterable[WaitingLine], watch: Stopwatch
) -> Vector:
    with ExitStack() as turns:
        with watch.stage("wait"):
            for line in lines:
                turns.enter_context(line.turn())
        with watch.stage("decode"):
            pixels = embedder.prepare(decode(data, limits, min_side_px=embedder.preprocessing.min_side_px))
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
