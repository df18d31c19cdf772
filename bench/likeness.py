"""How vectors of a catalogue lie to each other, to compare made ones with real ones."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.catalogue_vectors import Numbers, Vectors


@dataclass(frozen=True, slots=True)
class Likeness:
    """Medians of the cosine between two photos, and dimensions.

    same_product, same_category (of another product), other_category: what the two have in common.
    dimensions: in how many directions the vectors are spread, the participation ratio of their covariance:
        (sum of its eigenvalues)² ÷ sum of their squares.
    """

    same_product: float
    same_category: float
    other_category: float
    dimensions: float


def likeness(vectors: Vectors, products: Numbers, categories: Numbers) -> Likeness:
    """Of vectors of length 1, [n, dimension]; products, categories: int64 [n]. Compares all with all."""
    one, other = np.triu_indices(len(vectors), 1)
    cosines = (vectors @ vectors.T)[one, other]
    same_product = products[one] == products[other]
    same_category = categories[one] == categories[other]
    spread = np.linalg.eigvalsh(np.cov(vectors.T))
    return Likeness(
        _median(cosines[same_product]),
        _median(cosines[same_category & ~same_product]),
        _median(cosines[~same_category]),
        float(spread.sum() ** 2 / (spread**2).sum()),
    )


def _median(cosines: npt.NDArray[np.float32]) -> float:
    return float(np.median(cosines)) if len(cosines) else float("nan")
