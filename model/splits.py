"""Which photos are trained on, tuned on, and measured on: fixed for ever by a hash of each photo's id."""

import hashlib
from collections.abc import Iterable
from enum import StrEnum

from model.photos import Photo

_TRAIN_PERCENT = 70
_VALIDATION_PERCENT = 10


class Part(StrEnum):
    """70 % of photos train, 10 % validate, 20 % test."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


def part_of(instance: str) -> Part:
    """The part that a product belongs to: SHA-256 of its id, its first 32 bits as a fraction of all.

    A photo without an instance of its own is its own product, so its id decides.
    """
    percent = int.from_bytes(hashlib.sha256(instance.encode()).digest()[:4]) * 100 // 2**32
    if percent < _TRAIN_PERCENT:
        return Part.TRAIN
    return Part.VALIDATION if percent < _TRAIN_PERCENT + _VALIDATION_PERCENT else Part.TEST


def photos_of(photos: Iterable[Photo], part: Part) -> list[Photo]:
    """The photos of one part, in order."""
    return [photo for photo in photos if part_of(photo.instance) is part]
