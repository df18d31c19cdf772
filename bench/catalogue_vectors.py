"""The sample catalogue's photos as vectors: what real ones of this model look like."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from images import decode, decode_limits
from model.load_embedder import load_embedder
from search_api.settings import SearchApiSettings
from standalone.catalogue import Catalogue

Vectors: TypeAlias = npt.NDArray[np.float32]
Numbers: TypeAlias = npt.NDArray[np.int64]
_BATCH = 16


@dataclass(frozen=True, slots=True)
class CatalogueVectors:
    """vectors: float32 [n, dimension], of length 1. products: int64 [n], whose photo each is.

    categories: of each product, by its number.
    """

    vectors: Vectors
    products: Numbers
    categories: Sequence[str]


def embed_catalogue(catalogue: Catalogue, settings: SearchApiSettings) -> CatalogueVectors:
    """Embed every photo of the catalogue. Blocks for some seconds."""
    embedder, limits = load_embedder(settings), decode_limits(settings)
    events = list(catalogue.events("http://photos.example/"))
    photos = [
        (number, catalogue.photos / image["url"].rpartition("/")[2])
        for number, event in enumerate(events)
        for image in event["images"]
    ]
    parts = []
    for start in range(0, len(photos), _BATCH):
        pixels = [
            embedder.prepare(
                decode(path.read_bytes(), limits, min_side_px=embedder.preprocessing.min_side_px)
            )
            for _, path in photos[start : start + _BATCH]
        ]
        parts.append(embedder.embed_prepared(np.stack(pixels)))
    return CatalogueVectors(
        np.concatenate(parts),
        np.array([number for number, _ in photos]),
        [event["category"] for event in events],
    )
