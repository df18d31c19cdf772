"""A fixed picture whose embedding travels with every exported model, so that a loader can test itself."""

import base64
import binascii

import numpy as np
import numpy.typing as npt

from model.preprocessing import Pixels

Embedding = npt.NDArray[np.float32]
Embeddings = npt.NDArray[np.float32]

# int8 kernels differ between CPUs by more than fp32 ones; a damaged file is far below this.
MIN_PROBE_COSINE = 0.999


def probe_pixels(size_px: int) -> Pixels:
    """A deterministic picture with colour gradients, edges and texture: uint8 [1, size_px, size_px, 3]."""
    rows, columns = np.mgrid[0:size_px, 0:size_px]
    red = columns * 255 // (size_px - 1)
    green = rows * 255 // (size_px - 1)
    blue = np.where((rows // 16 + columns // 16) % 2 == 0, (rows * columns) % 256, 255 - red)
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)[np.newaxis]


def embedding_to_text(embedding: Embedding) -> str:
    """float32 [d] as base64 of its little-endian bytes."""
    return base64.b64encode(embedding.astype("<f4").tobytes()).decode("ascii")


def embedding_from_text(text: str) -> Embedding:
    """The inverse of `embedding_to_text`. ValueError for damaged text."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"the probe is not base64: {error}") from error
    if len(data) % 4:
        raise ValueError("the probe is cut off")
    return np.frombuffer(data, dtype="<f4").astype(np.float32)
