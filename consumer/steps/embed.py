"""Pixels become vectors, in batches across products."""

from collections.abc import Sequence

import numpy as np

from consumer.steps.fetch import Pixels
from model.embedder import Embedder
from model.errors import BadEmbedding
from vector_store.points import Vector


def embed(embedder: Embedder, batch: Sequence[Pixels]) -> list[Vector | BadEmbedding]:
    """A vector (float32 [dimension]) for each image (uint8 [side, side, 3]), or why the model gave none.

    An image on which the model gives nonsense does not harm the others. Blocks while the model works.
    """
    try:
        return list(embedder.embed_prepared(np.stack(batch)))
    except BadEmbedding as error:
        if len(batch) == 1:
            return [error]
        return [outcome for pixels in batch for outcome in embed(embedder, [pixels])]
