import numpy as np
import pytest

from bench.exact_search import ExactSearch, recall


def test_the_nearest_products_are_those_of_a_comparison_with_everything() -> None:
    """Photos may come in any pieces; a product counts once, by its nearest photo, best first."""
    chance = np.random.default_rng(2)
    vectors = chance.standard_normal((90, 8)).astype(np.float32)
    owners = np.arange(90) // 3 + 100
    questions = chance.standard_normal((4, 8)).astype(np.float32)
    search = ExactSearch(questions, limit=5)
    for start, end in ((0, 30), (30, 30), (30, 33), (33, 90)):
        search.add(vectors[start:end], owners[start:end])
    for question, found in zip(questions, search.products(), strict=True):
        nearest = {int(owner): float((vectors[owners == owner] @ question).max()) for owner in owners}
        assert found.tolist() == sorted(nearest, key=lambda owner: -nearest[owner])[:5]


def test_fewer_products_than_wanted_are_all_of_them() -> None:
    """No place is filled with what is not there."""
    search = ExactSearch(np.ones((1, 2), np.float32), limit=10)
    search.add(np.array([[1, 0], [0, 2]], np.float32), np.array([7, 9]))
    assert search.products().tolist() == [[9, 7]]


def test_recall_is_the_part_of_the_right_answers_that_was_found() -> None:
    """The order does not count, and what is wrong beside them neither."""
    assert recall([[3, 1, 8], [4]], np.array([[1, 2, 3], [4, 5, 6]])) == pytest.approx(0.5)
