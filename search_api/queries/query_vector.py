"""From everything that a query names to the one vector that is looked for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from search_api.errors import InvalidRequest, NothingIndexed, ProductUnknown
from vector_store import ImageStatus, ProductIndex, ProductRecord
from vector_store.points import Vector

_SHORTEST = 1e-6
_Float64s: TypeAlias = npt.NDArray[np.float64]


def live_record(index: ProductIndex, product_id: str) -> ProductRecord:
    """The record of a product that is for sale. Blocks; raises ProductUnknown, StoreError."""
    return _live(index.records([product_id]), product_id)


def vectors_of_products(index: ProductIndex, product_ids: Iterable[str]) -> list[Vector]:
    """Of each product the normalised mean of its indexed images, float32 [dimension]; nothing is embedded.

    Blocks. Raises ProductUnknown, NothingIndexed, StoreError.
    """
    wanted = list(product_ids)
    known = index.records(wanted)
    records = [_live(known, product_id) for product_id in wanted]
    keys = {record.product_id: record.indexed_keys for record in records}
    stored = index.vectors({product_id: listed for product_id, listed in keys.items() if listed})
    return [_mean_of_images(record, keys[record.product_id], stored) for record in records]


def mean_vector(vectors: Sequence[Vector], weights: Sequence[float]) -> Vector | None:
    """The normalised weighted mean, float32 [dimension]; None where nothing is left of it."""
    return _normalised(np.asarray(weights, np.float64) @ np.asarray(vectors, np.float64))


def towards(wanted: Sequence[Vector], unwanted: Sequence[Vector]) -> Vector:
    """Where to look for what is like the first and unlike the second, float32 [dimension].

    Qdrant's strategy `average_vector`: the mean of the wanted, moved away from the mean of the unwanted by as
    much as lies between them. Without any wanted: the opposite of the unwanted. Raises InvalidRequest where
    nothing remains.
    """
    if not unwanted:
        direction = _mean(wanted)
    elif not wanted:
        direction = -_mean(unwanted)
    else:
        direction = 2 * _mean(wanted) - _mean(unwanted)
    vector = _normalised(direction)
    if vector is None:
        raise InvalidRequest.of("like" if wanted else "unlike", "the examples cancel each other out")
    return vector


def _live(records: Mapping[str, ProductRecord], product_id: str) -> ProductRecord:
    record = records.get(product_id)
    if record is None or not record.live:
        raise ProductUnknown(f"there is no product {_quoted(product_id)}")
    return record


def _mean_of_images(
    record: ProductRecord, keys: Iterable[str], stored: Mapping[str, Mapping[str, Vector]]
) -> Vector:
    found = stored.get(record.product_id, {})
    vectors = [found[key] for key in keys if key in found]
    mean = _normalised(_mean(vectors)) if vectors else None
    if mean is None:
        waiting = any(image.status is ImageStatus.PENDING for image in record.images)
        raise NothingIndexed(
            f"product {_quoted(record.product_id)} has no indexed image"
            + (": its images are still being fetched" if waiting else "")
        )
    return mean


def _mean(vectors: Sequence[Vector]) -> _Float64s:
    mean: _Float64s = np.mean(np.asarray(vectors, np.float64), axis=0)
    return mean


def _normalised(vector: _Float64s) -> Vector | None:
    length = float(np.linalg.norm(vector))
    return None if length < _SHORTEST else np.asarray(vector / length, dtype=np.float32)


def _quoted(product_id: str) -> str:
    return f"“{product_id[:100]}”"
