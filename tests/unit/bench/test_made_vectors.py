import numpy as np
import pytest

from bench.catalogue_vectors import CatalogueVectors
from bench.likeness import likeness
from bench.made_vectors import MadeVectors

_DIMENSION = 24


def a_catalogue(*, photos_each: tuple[int, ...] = (3, 1, 2)) -> CatalogueVectors:
    """150 products of three categories, around means that lie apart, with photos around each product."""
    chance = np.random.default_rng(5)
    means = np.eye(3, _DIMENSION) * 2
    categories = np.arange(150) % 3
    centres = means[categories] + 0.12 * chance.standard_normal((150, _DIMENSION))
    owners = np.repeat(np.arange(150), np.resize(photos_each, 150))
    vectors = centres[owners] + 0.08 * chance.standard_normal((len(owners), _DIMENSION))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = [("dress", "hat", "shirt")[each] for each in categories]
    return CatalogueVectors(vectors.astype(np.float32), owners, names)


def test_made_photos_lie_to_each_other_as_the_measured_ones_do() -> None:
    """Of one product, of one category and of two: the cosines are those of the catalogue."""
    real = a_catalogue()
    (piece,) = MadeVectors(real, seed=1).pieces(900, 3)
    numbers = np.unique(real.categories, return_inverse=True)[1]
    wanted = likeness(real.vectors, real.products, numbers[real.products])
    got = likeness(piece.vectors, piece.owners, np.repeat(piece.categories, 3))
    assert got.same_product == pytest.approx(wanted.same_product, abs=0.02)
    assert got.same_category == pytest.approx(wanted.same_category, abs=0.02)
    assert got.other_category == pytest.approx(wanted.other_category, abs=0.02)
    assert got.dimensions == pytest.approx(wanted.dimensions, rel=0.1)
    assert got.same_product - got.same_category > 0.02
    assert got.same_category - got.other_category > 0.3


def test_photos_come_in_pieces_with_their_products() -> None:
    """As many as were asked for, of length 1, so many for each product; the last product may have fewer."""
    pieces = list(MadeVectors(a_catalogue(), seed=1).pieces(4_001, 2))
    assert [piece.first for piece in pieces] == [0, 1_000, 2_000]
    assert [len(piece.vectors) for piece in pieces] == [2_000, 2_000, 1]
    assert [len(piece.categories) for piece in pieces] == [1_000, 1_000, 1]
    owners = np.concatenate([piece.owners for piece in pieces])
    assert owners.tolist() == [number // 2 for number in range(4_001)]
    for piece in pieces:
        assert piece.vectors.dtype == np.float32
        assert np.linalg.norm(piece.vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_a_seed_gives_the_same_photos_again_and_questions_of_other_products() -> None:
    """A run can be repeated, and nothing that is asked for is in the index."""
    made, again = (MadeVectors(a_catalogue(), seed=3) for _ in range(2))
    (piece,), (same,) = made.pieces(300, 3), again.pieces(300, 3)
    assert (piece.vectors == same.vectors).all()
    assert (made.questions(10) == again.questions(10)).all()
    assert (made.questions(10) @ piece.vectors.T).max() < 0.9999
    (other,) = MadeVectors(a_catalogue(), seed=4).pieces(300, 3)
    assert (piece.vectors != other.vectors).any()
