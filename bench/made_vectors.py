"""Vectors that lie as real ones do, as many as are wanted.

Vectors drawn evenly from the sphere have no neighbours: any ten are as good as any others, and no index finds
them. Photos of a shop lie in heaps: a photo beside the others of its product, a product among those of its
category. So a made photo is

    category's mean + product's deviation + photo's deviation,       scaled to length 1,

each measured on the photos of the sample catalogue: the categories' means and how common they are; how
products lie around their category's mean; how photos of one product lie around the product's. Deviations are
normal, with the covariance that was measured, in all dimensions.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.catalogue_vectors import CatalogueVectors, Numbers, Vectors

# One stream for what is indexed, one for what is asked, so that the one does not change with the other.
_INDEXED, _ASKED = 0, 1
_PRODUCTS_A_PIECE = 1_000


@dataclass(frozen=True, slots=True)
class Piece:
    """Products that follow each other, and their photos.

    first: number of the first product. categories: int64 [products]. vectors: float32 [photos, dimension],
    product by product. images_per_product: of all but the very last product, which may have fewer.
    """

    first: int
    categories: Numbers
    vectors: Vectors
    images_per_product: int

    @property
    def owners(self) -> Numbers:
        """int64 [photos]: number of each photo's product."""
        return self.first + np.arange(len(self.vectors)) // self.images_per_product


class MadeVectors:
    """What was measured on real photos, and photos drawn from it; the same for the same seed."""

    def __init__(self, real: CatalogueVectors, *, seed: int) -> None:
        self._seed = seed
        self.category_names = sorted(set(real.categories))
        categories = np.array([self.category_names.index(name) for name in real.categories])
        products = len(categories)
        photos = np.bincount(real.products, minlength=products)
        centres = _means(real.vectors.astype(np.float64), real.products, products)
        self._means = _means(centres, categories, len(self.category_names))
        self._shares = np.bincount(categories) / products
        # Each row a deviation, such that a random mixture of the rows has the covariance.
        self._photo = (real.vectors - centres[real.products]) / np.sqrt(photos.sum() - products)
        product = (centres - self._means[categories]) / np.sqrt(products - len(self.category_names))
        # A mean over few photos has some of the photos' own deviation in it, which must not count twice.
        measured = (product**2).sum()
        of_photos = (self._photo**2).sum() * (1 / photos).mean()
        self._product = product * np.sqrt(max(0.0, 1 - of_photos / measured))

    def pieces(self, photos: int, images_per_product: int) -> Iterator[Piece]:
        """So many photos, of products with so many each, in pieces of bounded size."""
        step = _PRODUCTS_A_PIECE * images_per_product
        for number, start in enumerate(range(0, photos, step)):
            taken = min(step, photos - start)
            chance = np.random.default_rng((self._seed, _INDEXED, number))
            products = -(-taken // images_per_product)
            categories = chance.choice(len(self._shares), products, p=self._shares)
            vectors = self._drawn(chance, categories, images_per_product)[:taken]
            yield Piece(number * _PRODUCTS_A_PIECE, categories, vectors, images_per_product)

    def questions(self, count: int) -> Vectors:
        """float32 [count, dimension]: photos of products that no piece has, one each."""
        chance = np.random.default_rng((self._seed, _ASKED))
        return self._drawn(chance, chance.choice(len(self._shares), count, p=self._shares), 1)

    def _drawn(self, chance: np.random.Generator, categories: Numbers, photos_each: int) -> Vectors:
        products = self._means[categories] + _mixed(chance, len(categories), self._product)
        photos = np.repeat(products, photos_each, axis=0)
        photos += _mixed(chance, len(photos), self._photo)
        photos /= np.linalg.norm(photos, axis=1, keepdims=True)
        return photos.astype(np.float32)


def _means(vectors: npt.NDArray[np.float64], groups: Numbers, count: int) -> npt.NDArray[np.float64]:
    sums = np.zeros((count, vectors.shape[1]))
    np.add.at(sums, groups, vectors)
    return sums / np.bincount(groups, minlength=count)[:, np.newaxis]


def _mixed(
    chance: np.random.Generator, count: int, deviations: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    return chance.standard_normal((count, len(deviations))) @ deviations
