"""Metrics, on embeddings whose answers are known."""

import numpy as np
import pytest
import torch
from pytorch_metric_learning.distances import CosineSimilarity
from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator
from pytorch_metric_learning.utils.inference import CustomKNN

from model.metrics import category_scores, estimate, instance_ranks


def points(*angles: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Vectors of length 1 at these angles, in degrees."""
    radians = np.deg2rad(angles)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def test_the_nearest_other_photos_decide() -> None:
    """P@1 is whether the nearest other photo has the query's category; a photo never finds itself."""
    scores = category_scores(points(0, 10, 50, 56), ["hat", "hat", "hat", "shoe"])

    assert scores.p1.tolist() == [1, 1, 0, 0]


def test_precision_at_ten_counts_what_there_is() -> None:
    """P@10 is the part of the nearest ten of the query's category; of all others where they are fewer."""
    assert category_scores(
        points(0, 10, 50, 56), ["hat", "hat", "hat", "shoe"]
    ).p10.tolist() == pytest.approx([2 / 4, 2 / 4, 2 / 4, 0])
    many = category_scores(points(*range(30)), ["hat"] * 6 + ["shoe"] * 24)
    assert many.p10[0] == pytest.approx(5 / 10)
    assert many.p10[29] == 1


def test_a_photographers_own_photos_can_be_left_out() -> None:
    """Left out, the nearest photo of somebody else decides; where there is none, it is a miss."""
    embeddings = points(0, 1, 20, 40)
    categories = ["hat", "hat", "shoe", "hat"]

    left_out = category_scores(embeddings, categories, ["a", "a", "b", "b"])

    assert left_out.p1.tolist() == [0, 0, 0, 1]
    assert left_out.ap_r.tolist() == [0, 0, 0, 1]
    assert category_scores(embeddings, categories, ["a"] * 4).p1.tolist() == [0] * 4


def test_the_figures_are_those_of_the_field() -> None:
    """P@1 and mAP@R are what pytorch-metric-learning's AccuracyCalculator finds."""
    random = np.random.default_rng(3)
    embeddings = random.normal(size=(400, 8)).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    categories = random.integers(0, 7, 400)
    asked = ("precision_at_1", "mean_average_precision_at_r")
    calculator = AccuracyCalculator(include=asked, k="max_bin_count", knn_func=CustomKNN(CosineSimilarity()))

    theirs = calculator.get_accuracy(torch.from_numpy(embeddings), torch.from_numpy(categories))
    ours = category_scores(embeddings, [str(category) for category in categories])

    assert ours.p1.mean() == pytest.approx(theirs["precision_at_1"])
    assert ours.ap_r.mean() == pytest.approx(theirs["mean_average_precision_at_r"])


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
