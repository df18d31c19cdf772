"""What turns pictures into vectors, as the services see it."""

from collections.abc import Sequence
from typing import Protocol

from PIL import Image

from model.preprocessing import Pixels, Preprocessing
from model.probe import Embeddings


class Embedder(Protocol):
    """Pictures to L2-normalised vectors. Thread-safe; calls block for the time the network takes.

    Two embedders of one `model_version` agree to cosine ≥ 0.9999, whatever runs them, in whatever batches.
    """

    @property
    def model_version(self) -> str:
        """8 hex digits; a collection holds vectors of one version only."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    @property
    def preprocessing(self) -> Preprocessing:
        """How this model wants its pictures."""
        ...

    def prepare(self, image: Image.Image) -> Pixels:
        """An RGB picture of any size to uint8 [s, s, 3]. Cheap enough for the thread that decoded it."""
        ...

    def embed_prepared(self, batch: Pixels) -> Embeddings:
        """uint8 [n, s, s, 3] to float32 [n, d]; n may be 0. BadEmbedding when the model answers nonsense."""
        ...

    def embed(self, images: Sequence[Image.Image]) -> Embeddings:
        """Prepare and embed RGB pictures: float32 [n, d]. BadEmbedding as `embed_prepared`."""
        ...
