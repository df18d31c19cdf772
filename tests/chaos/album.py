"""Pictures at many addresses of an image host, each known again by its vector."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from images import decode
from images.decode import DecodeLimits
from model.embedder import Embedder
from tests.image_host.scripted_image_host import ScriptedImageHost
from vector_store.points import Vector


@dataclass(slots=True)
class Album:
    """photos: the pictures' files. vectors: float32 [128], one a picture. shows: by URL, which picture."""

    photos: Sequence[bytes]
    vectors: Sequence[Vector]
    shows: dict[str, int] = field(default_factory=dict)

    def serve(self, host: ScriptedImageHost, path: str, number: int) -> str:
        """Serve a picture at one more address; returns its URL."""
        url = host.serve(path, self.photos[number])
        self.shows[url] = number
        return url

    def serve_all(self, host: ScriptedImageHost, addresses: int) -> list[str]:
        """Serve every picture at this many addresses."""
        return [
            self.serve(host, f"{number}/{copy}.jpg", number)
            for number in range(len(self.photos))
            for copy in range(addresses)
        ]


def make_album(embedder: Embedder, photos: Sequence[bytes]) -> Album:
    """An album of these pictures, which must be so different that no two are taken for each other."""
    decoded = [
        decode(photo, DecodeLimits(), min_side_px=embedder.preprocessing.min_side_px) for photo in photos
    ]
    vectors = embedder.embed(decoded)
    alike = vectors @ vectors.T - np.eye(len(photos))
    assert alike.max() < SAME, f"pictures {np.unravel_index(alike.argmax(), alike.shape)} are too alike"
    return Album(photos, list(vectors))


SAME = 0.999
"""Cosine from which two vectors are of the same picture."""
