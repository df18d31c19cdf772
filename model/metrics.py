"""How good embeddings are at finding the same kind of thing, and the very same thing."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from model.probe import Embeddings

Hits = npt.NDArray[np.bool_]
Ranks = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]

_QUERIES_AT_ONCE = 256


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


@dataclasses.dataclass(frozen=True, slots=True)
class CategoryScores:
    """Of each of n queries, between 0 and 1: float64 [n].

    `p1`, `p10`: precision at 1 and at 10, the part of the nearest photos that are of its category.
    `ap_r`: average precision at R, R being how many photos of its category there are to find (Musgrave et
    al., "A Metric Learning Reality Check", 2020); its mean is mAP@R.
    """

    p1: Scores
    p10: Scores
    ap_r: Scores


def category_scores(
    embeddings: Embeddings, categories: Sequence[str], left_out: Sequence[str] | None = None
) -> CategoryScores:
    """Each of n photos is looked for among the others (leave-one-out).

    With `left_out` (one name a photo, a photographer say), photos of the query's own name are no candidates.
    A query to which that leaves no photo of its category scores 0. Memory grows with n, time with n².
    """
    kinds = np.unique(np.asarray(categories), return_inverse=True)[1]
    names = None if left_out is None else np.unique(np.asarray(left_out), return_inverse=True)[1]
    parts = []
    for start in range(0, len(kinds), _QUERIES_AT_ONCE):
        rows = np.arange(start, min(start + _QUERIES_AT_ONCE, len(kinds)))
        similarities = embeddings[rows] @ embeddings.T
        similarities[np.arange(len(rows)), rows] = -np.inf
        if names is not None:
            similarities[names[rows, np.newaxis] == names] = -np.inf
        order = np.argsort(-similarities, axis=1, kind="stable")
        relevant = kinds[order] == kinds[rows, np.newaxis]
        relevant &= np.isfinite(np.take_along_axis(similarities, order, axis=1))
        parts.append((relevant[:, 0], relevant[:, :10].mean(axis=1), _average_precision_at_r(relevant)))
    return CategoryScores(*(np.concatenate(column).astype(np.float64) for column in zip(*parts, strict=True)))


def _average_precision_at_r(relevant: Hits) -> Scores:
    places = np.arange(1, relevant.shape[1] + 1)
    wanted = relevant.sum(axis=1, keepdims=True)
    counted = relevant & (places <= wanted)
    precision = np.cumsum(relevant, axis=1) / places
    return np.asarray((precision * counted).sum(axis=1) / np.maximum(wanted[:, 0], 1))


def instance_ranks(queries: Embeddings, gallery: Embeddings, originals: npt.NDArray[np.int64]) -> Ranks:
    """The rank, from 1, at which each query i finds its original, `gallery[originals[i]]`, in `gallery`.

    Of equal similarities, all count as before it.
    """
    similarities = queries @ gallery.T
    own = similarities[np.arange(len(queries)), originals]
    ranks: Ranks = (similarities >= own[:, np.newaxis]).sum(axis=1)
    return ranks
