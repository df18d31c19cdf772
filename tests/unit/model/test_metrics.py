"""Metrics, on embeddings whose answers are known."""

import numpy as np
import pytest

from model.metrics import category_hits, estimate, instance_ranks


def points(*angles: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Vectors of length 1 at these angles, in degrees."""
    radians = np.deg2rad(angles)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def test_the_nearest_other_photo_decides() -> None:
    """A photo is a hit when its nearest other photo has its category; never by itself."""
    hits = category_hits(points(0, 10, 50, 56), ["hat", "hat", "hat", "shoe"])

    assert hits.tolist() == [True, True, False, False]


def test_a_photographers_own_photos_can_be_left_out() -> None:
    """Left out, the nearest photo of somebody else decides; where there is none, it is a miss."""
    embeddings = points(0, 1, 20, 40)
    categories = ["hat", "hat", "shoe", "hat"]

    assert category_hits(embeddings, categories, ["a", "a", "b", "b"]).tolist() == [False, False, False, True]
    assert category_hits(embeddings, categories, ["a"] * 4).tolist() == [False] * 4


def test_an_instances_rank_counts_what_is_nearer() -> None:
    """The rank is 1 when the original is the nearest, and equals count against it."""
    gallery = points(0, 10, 20, 20)

    ranks = instance_ranks(points(1, 9, 17), gallery, np.asarray([0, 0, 2]))

    assert ranks.tolist() == [1, 2, 2]


def test_an_estimate_has_an_interval() -> None:
    """The interval lies around the mean, and shrinks with more queries."""
    few, many = (estimate(np.tile([True, True, True, False], times)) for times in (10, 1000))

    assert few.value == many.value == 0.75
    assert few.low < many.low < 0.75 < many.high < few.high
    assert many.queries == 4000


def test_an_estimate_is_reproducible() -> None:
    """The same scores give the same interval."""
    scores = np.random.default_rng(0).random(50) < 0.5

    assert estimate(scores) == estimate(scores)


@pytest.mark.parametrize("value", [True, False])
def test_certainty_has_no_width(value: bool) -> None:
    """Where all queries agree, so do the bounds."""
    found = estimate(np.full(30, value))

    assert found.low == found.value == found.high == float(value)
