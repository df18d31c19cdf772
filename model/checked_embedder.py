"""What every embedder does around its runtime: prepare, batch, and let no bad vector out."""

import abc
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from model.errors import BadEmbedding, ModelFileInvalid
from model.model_info import ModelInfo
from model.preprocessing import Pixels, Preprocessing
from model.probe import MIN_PROBE_COSINE, Embeddings, probe_pixels

_NORM_TOLERANCE = 1e-3


class CheckedEmbedder(abc.ABC):
    """An `Embedder` but for the network itself, which a subclass runs in `_run`.

    Batches larger than `max_run` are cut, which bounds the memory that a runtime keeps for its tensors.
    """

    def __init__(self, path: Path, info: ModelInfo, max_run: int = 32) -> None:
        self.path = path
        self.info = info
        self._max_run = max_run

    @property
    def model_version(self) -> str:
        """8 hex digits, from the file's metadata."""
        return self.info.model_version

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self.info.dimension

    @property
    def preprocessing(self) -> Preprocessing:
        """How this model wants its pictures, from the file's metadata."""
        return self.info.preprocessing

    @abc.abstractmethod
    def _run(self, batch: Pixels) -> Embeddings:
        """uint8 [n, s, s, 3], 1 ≤ n ≤ `max_run`, to what the network answers; BadEmbedding if it fails."""

    def prepare(self, image: Image.Image) -> Pixels:
        """An RGB picture of any size to uint8 [s, s, 3]."""
        return self.preprocessing.prepare(image)

    def embed_prepared(self, batch: Pixels) -> Embeddings:
        """uint8 [n, s, s, 3] to float32 [n, d]; blocks. BadEmbedding when the model answers nonsense."""
        size_px = self.preprocessing.size_px
        if batch.dtype != np.uint8 or batch.ndim != 4 or batch.shape[1:] != (size_px, size_px, 3):
            raise ValueError(
                f"a batch must be uint8 [n, {size_px}, {size_px}, 3], not {batch.dtype} {list(batch.shape)}"
            )
        if len(batch) == 0:
            return np.empty((0, self.dimension), dtype=np.float32)
        runs = [
            self._run(batch[start : start + self._max_run]) for start in range(0, len(batch), self._max_run)
        ]
        return checked_embeddings(np.concatenate(runs), len(batch), self.dimension)

    def embed(self, images: Sequence[Image.Image]) -> Embeddings:
        """Prepare and embed RGB pictures: float32 [n, d]; blocks. BadEmbedding as `embed_prepared`."""
        size_px = self.preprocessing.size_px
        batch = np.empty((len(images), size_px, size_px, 3), dtype=np.uint8)
        for row, image in enumerate(images):
            batch[row] = self.prepare(image)
        return self.embed_prepared(batch)

    def check_probe(self) -> None:
        """Embed the test picture as the exporter did; ModelFileInvalid if the answer is another."""
        try:
            (embedding,) = self.embed_prepared(probe_pixels(self.preprocessing.size_px))
        except BadEmbedding as error:
            raise ModelFileInvalid(self.path, f"it fails its own test picture: {error}") from error
        cosine = float(embedding @ self.info.probe)
        # NaN compares false with everything, so the test is for what is right.
        if not cosine >= MIN_PROBE_COSINE:
            raise ModelFileInvalid(
                self.path,
                f"it is damaged: its test picture has cosine {cosine:.4f} to what was exported",
            )


def checked_embeddings(embeddings: Embeddings, count: int, dimension: int) -> Embeddings:
    """Return `embeddings` if they are float32 [count, dimension], finite and of length 1.

    BadEmbedding otherwise, naming the rows where only some are wrong.
    """
    if embeddings.shape != (count, dimension) or embeddings.dtype != np.float32:
        raise BadEmbedding(
            f"the model answered {embeddings.dtype} {list(embeddings.shape)}, "
            f"not float32 [{count}, {dimension}]"
        )
    norms = np.linalg.norm(embeddings, axis=1)
    wrong = np.flatnonzero(~(np.abs(norms - 1.0) <= _NORM_TOLERANCE))
    if wrong.size:
        rows = tuple(int(row) for row in wrong)
        raise BadEmbedding(
            f"{len(rows)} of {count} vectors are not finite or not of length 1 (rows {rows[:5]})", rows
        )
    return embeddings
