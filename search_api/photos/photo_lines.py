"""How many photos are fetched, decoded and embedded at a time; what is beyond is refused at once.

Every other request has threads of its own (see `wiring`), so photos never hold up a search by product.
"""

from dataclasses import dataclass
from typing import Self

from search_api.metric_definitions import PHOTOS_WAITING
from search_api.photos.waiting_line import WaitingLine
from search_api.settings import SearchApiSettings
from telemetry import Metrics

HEAVY_LINE_LENGTH = 4
"""Decoding one takes up to seconds: who would wait longer is told so at once."""
_LEAST_PLACES = 2
"""A heavy photo takes one; the others have the rest."""


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """places: photos decoded and embedded at a time. waiting, wait_seconds: see WaitingLine.

    fetches: image URLs fetched at a time. max_whole_pixels: see PhotoWeight.
    """

    places: int = _LEAST_PLACES
    waiting: int = 64
    wait_seconds: float = 10.0
    fetches: int = 16
    max_whole_pixels: int = 16_000_000

    @classmethod
    def of(cls, settings: SearchApiSettings, *, cores: int) -> Self:
        """As many places as cores: an embedding call keeps one busy, or several for a shorter time."""
        return cls(
            places=max(_LEAST_PLACES, cores),
            waiting=settings.search_api_photos_waiting,
            wait_seconds=settings.search_api_photo_wait_seconds,
            fetches=settings.search_api_fetches,
            max_whole_pixels=settings.search_api_max_pixels,
        )

    @property
    def threads(self) -> int:
        """How many requests can be inside at most, working or waiting."""
        return self.places + self.waiting + HEAVY_LINE_LENGTH + self.fetches


class PhotoLines:
    """The lines that photos stand in. Thread-safe.

    photos: to be decoded and embedded. heavy: to be decoded at all, for those of very many pixels, one at a
    time: it bounds the memory, and leaves places to the others. fetches: nobody waits there.
    """

    def __init__(self, limits: PhotoLimits = PhotoLimits(), metrics: Metrics | None = None) -> None:
        def shown(length: int) -> None:
            if metrics is not None:
                metrics.set(PHOTOS_WAITING, length)

        self.max_whole_pixels = limits.max_whole_pixels
        self.photos = WaitingLine(
            limits.places, length=limits.waiting, wait_seconds=limits.wait_seconds, on_length=shown
        )
        self.heavy = WaitingLine(1, length=HEAVY_LINE_LENGTH, wait_seconds=limits.wait_seconds)
        self.fetches = WaitingLine(limits.fetches, length=0, wait_seconds=0)
