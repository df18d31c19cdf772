"""How good embeddings are at finding the same kind of thing, and the very same thing."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from model.probe import Embeddings

Hits = npt.NDArray[np.bool_]
Ranks = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over queries with its bootstrap 95 % interval."""

    value: float
    low: float
    high: float
    queries: int

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def estimate(scores: npt.NDArray[np.bool_ | np.float64], seed: int = 0, resamples: int = 1000) -> Estimate:
    """The mean of the queries' scores; the interval is that of `resamples` draws of as many queries."""
    random = np.random.default_rng(seed)
    values = np.asarray(scores, dtype=np.float64)
    draws = random.integers(0, len(values), (resamples, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
    return Estimate(float(values.mean()), float(low), float(high), len(values))


def category_hits(
    embeddings: Embeddings, categories: Sequence[str], left_out: Sequence[str] | None = None
) -> Hits:
    """For each of n photos: is the nearest of the others of its category? (Leave-one-out precision at 1.)

    With `left_out` (one name a photo, a photographer say), photos of the query's own name are no candidates;
    a query to which that leaves no candidate is a miss.
    """
    kinds = np.asarray(categories)
    similarities = embeddings @ embeddings.T
    np.fill_diagonal(similarities, -np.inf)
    if left_out is not None:
        names = np.asarray(left_out)
        similarities[names[:, np.newaxis] == names[np.newaxis, :]] = -np.inf
    nearest = similarities.argmax(axis=1)
    found = np.isfinite(similarities[np.arange(len(kinds)), nearest])
    hits: Hits = (kinds[nearest] == kinds) & found
    return hits


def instance_ranks(queries: Embeddings, gallery: Embeddings, originals: npt.NDArray[np.int64]) -> Ranks:
    """The rank, from 1, at which each query i finds its original, `gallery[originals[i]]`, in `gallery`.

    Of equal similarities, all count as before it.
    """
    similarities = queries @ gallery.T
    own = similarities[np.arange(len(queries)), originals]
    ranks: Ranks = (similarities >= own[:, np.newaxis]).sum(axis=1)
    return ranks
