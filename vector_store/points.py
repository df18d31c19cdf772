"""What a collection holds and what is done to it, in terms that every engine can carry out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from vector_store.conditions import Condition

Vector: TypeAlias = npt.NDArray[np.float32]
Payload: TypeAlias = Mapping[str, object]

KIND_IMAGE = "image"
KIND_RECORD = "record"
KIND_STATUS = "status"

RANKED_FIELDS = ("product", "image_key")
"""What of an image point's payload a hit has; what else is to be known of it, its product's record says."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point: a UUID, a payload, and a float32 vector of the collection's dimension or none."""

    id: str
    payload: Payload
    vector: Vector | None = None


@dataclass(frozen=True, slots=True)
class UpsertPoints:
    """Insert these points; replace those that exist only where `only_over` holds for what is there.

    Engines insert a missing point whatever the condition: such an orphan is why reads check.
    """

    points: tuple[Point, ...]
    only_over: Condition


@dataclass(frozen=True, slots=True)
class DeletePoints:
    """Remove every point for which the condition holds."""

    where: Condition


Operation: TypeAlias = UpsertPoints | DeletePoints


@dataclass(frozen=True, slots=True)
class ScoredPoint:
    """A candidate of a search: an image point and its cosine similarity to the query (-1 to 1)."""

    id: str
    score: float
    payload: Payload


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a search found of one product, unchecked: its image points, best first, and its record's payload.

    record: None where the product has no record (its points are orphans).
    """

    product: str
    hits: tuple[ScoredPoint, ...]
    record: Payload | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a collection's points in the order of their ids; `next_id` continues, None ends."""

    points: tuple[Point, ...]
    next_id: str | None
