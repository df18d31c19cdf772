"""From photos to the vectors that are looked for."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from images import DecodeLimits, TooManyPixels, decode
from model.embedder import Embedder
from model.preprocessing import Pixels
from search_api.photos.photo_lines import PhotoLines
from search_api.photos.photo_weight import PhotoWeight
from search_api.photos.waiting_line import WaitingLine
from search_api.queries.boxes import Box, region_of
from search_api.stopwatch import Stopwatch
from vector_store.points import Vector

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Photo:
    """An image file's bytes, and the part of it that counts."""

    data: bytes
    box: Box | None = None


class PhotoReader:
    """Turns photos into vectors, each in its turn. Of one request, but for `prepared`: thread-safe.

    Every call blocks: for a turn, and while it works. Raises TooBusy, RejectedImage, BadEmbedding, and
    InvalidRequest where a box marks nothing.
    """

    def __init__(self, embedder: Embedder, limits: DecodeLimits, lines: PhotoLines, watch: Stopwatch) -> None:
        self._embedder = embedder
        self._limits = limits
        self._lines = lines
        self._watch = watch

    def vectors(self, photos: Sequence[Photo]) -> list[Vector]:
        """Of each photo float32 [dimension], L2-normalised; several are embedded in one call."""
        if len(photos) == 1:
            # One turn for all of its work, so that it stands in the line once.
            return self._in_turn(photos[0], self._watch, lambda pixels: self._embed([pixels]))
        return self.embedded([self.prepared(each, self._watch) for each in photos])

    def prepared(self, photo: Photo, watch: Stopwatch) -> Pixels:
        """The photo as the embedder takes it: uint8 [s, s, 3]. watch: the calling thread's."""
        return self._in_turn(photo, watch, lambda pixels: pixels)

    def embedded(self, pixels: Sequence[Pixels]) -> list[Vector]:
        """A vector for each prepared photo, in one call."""
        if not pixels:
            return []
        with _turns((self._lines.photos,), self._watch):
            return self._embed(pixels)

    def _in_turn(self, photo: Photo, watch: Stopwatch, use: Callable[[Pixels], T]) -> T:
        """Decode the photo and use its pixels, holding a place in the line, or two where it is heavy."""
        weight = PhotoWeight.of(photo.data, self._limits, self._lines.max_whole_pixels)
        try:
            with _turns((self._lines.photos,), watch):
                return use(self._decoded(photo, weight.light, watch))
        except TooManyPixels:
            if weight.light == weight.heavy:
                raise
        with _turns((self._lines.heavy, self._lines.photos), watch):
            return use(self._decoded(photo, weight.heavy, watch))

    def _decoded(self, photo: Photo, limits: DecodeLimits, watch: Stopwatch) -> Pixels:
        with watch.stage("decode"):
            region = None if photo.box is None else region_of(photo.box, photo.data)
            min_side_px = self._embedder.preprocessing.min_side_px
            picture = decode(photo.data, limits, min_side_px=min_side_px, region=region)
            return self._embedder.prepare(picture)

    def _embed(self, pixels: Sequence[Pixels]) -> list[Vector]:
        with self._watch.stage("embed"):
            found = self._embedder.embed_prepared(np.stack(pixels))
        return [np.asarray(each, dtype=np.float32) for each in found]


@contextmanager
def _turns(lines: Sequence[WaitingLine], watch: Stopwatch) -> Iterator[None]:
    """Hold a place of each line for the block."""
    with ExitStack() as turns:
        with watch.stage("wait"):
            for line in lines:
                turns.enter_context(line.turn())
        yield
