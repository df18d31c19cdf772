"""Which photos meet in a batch: some categories, some photos of each, two views of each photo."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True, slots=True)
class BatchShape:
    """A batch has `categories` × `photos` × 2 pictures, or fewer where the data has fewer."""

    categories: int = 8
    photos: int = 8


class CategorySampler:
    """Draws batches in which every category is as likely as its number of photos to the power of one half.

    By size alone, a rare category would hardly be seen; evenly, its few photos would be learned by heart.
    """

    def __init__(self, categories: Sequence[str], shape: BatchShape, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._shape = shape
        names = np.asarray(categories)
        self._members = [np.flatnonzero(names == name) for name in np.unique(names)]
        weights = np.sqrt([len(members) for members in self._members])
        self._chances = weights / weights.sum()

    def draw(self) -> Indices:
        """The photos of one batch, each once, those of a category side by side: int64 [m]."""
        count = min(self._shape.categories, len(self._members))
        chosen = self._random.choice(len(self._members), count, replace=False, p=self._chances)
        return np.concatenate(
            [
                self._random.choice(members, min(self._shape.photos, len(members)), replace=False)
                for members in (self._members[index] for index in chosen)
            ]
        )

    def draw_views(self, photos: int, views: int) -> Indices:
        """Two different views for each of `photos` photos: int64 [2, photos], each below `views` (≥ 2)."""
        first = self._random.integers(0, views, photos)
        second = (first + self._random.integers(1, views, photos)) % views
        return np.stack([first, second])
