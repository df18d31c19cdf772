"""The right answer, by comparing with everything: what an index is judged by."""

import numpy as np
import numpy.typing as npt

from bench.catalogue_vectors import Numbers, Vectors


class ExactSearch:
    """The best products for each of some questions, over photos that come piece by piece.

    A product is as near as its nearest photo, as in a search. Memory: questions × limit, whatever is added.
    """

    def __init__(self, questions: Vectors, *, limit: int) -> None:
        """questions: float32 [n, dimension], of length 1."""
        self._questions = questions
        self._limit = limit
        self._scores = np.empty((len(questions), 0), np.float32)
        self._products = np.empty((len(questions), 0), np.int64)

    def add(self, vectors: Vectors, owners: Numbers) -> None:
        """More photos, float32 [m, dimension], of these products, int64 [m]; those of a product together."""
        if not len(vectors):
            return
        starts = np.flatnonzero(np.diff(owners, prepend=owners[0] - 1))
        best = np.maximum.reduceat(self._questions @ vectors.T, starts, axis=1)
        products = np.broadcast_to(owners[starts], best.shape)
        scores = np.concatenate([self._scores, best], axis=1)
        candidates = np.concatenate([self._products, products], axis=1)
        kept = np.argsort(-scores, axis=1, kind="stable")[:, : self._limit]
        self._scores = np.take_along_axis(scores, kept, axis=1)
        self._products = np.take_along_axis(candidates, kept, axis=1)

    def products(self) -> npt.NDArray[np.int64]:
        """int64 [n, limit]: numbers of the nearest products, best first; fewer where there are fewer."""
        return self._products


def recall(found: list[list[int]], right: npt.NDArray[np.int64]) -> float:
    """Which part of the right answers, int64 [n, limit], was found."""
    hits = sum(len(set(ours) & set(theirs)) for ours, theirs in zip(found, right.tolist(), strict=True))
    return hits / right.size
