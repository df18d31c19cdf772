"""What no engine may be given: both accept NaN vectors in silence."""

from collections.abc import Iterable

import numpy as np

from vector_store.errors import InvalidVector
from vector_store.points import Operation, UpsertPoints, Vector


def check_vector(vector: Vector, dimension: int) -> None:
    """Raises InvalidVector unless this is float32 [dimension] without NaN or infinite parts."""
    if vector.shape != (dimension,):
        raise InvalidVector(f"a vector has shape {vector.shape}, the collection takes ({dimension},)")
    if not np.isfinite(vector).all():
        raise InvalidVector("a vector has NaN or infinite parts")


def check_operations(operations: Iterable[Operation], dimension: int) -> None:
    """Raises InvalidVector where an upsert carries a vector that must not reach an engine."""
    for operation in operations:
        if isinstance(operation, UpsertPoints):
            for point in operation.points:
                if point.vector is not None:
                    check_vector(point.vector, dimension)
