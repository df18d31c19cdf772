"""Everything a request is answered with. Built once, in `wiring`; tests pass their own."""

from dataclasses import dataclass
from typing import Protocol

from images.decode import DecodeLimits
from search_api.embedder_pool import EmbedderPool
from telemetry import Metrics
from vector_store import VectorStore


class Fetcher(Protocol):
    """What brings the bytes of an image URL; `images.ImageFetcher` is one."""

    def fetch(self, url: str) -> bytes:
        """Blocks until its deadline at most. Raises ImageError."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """Thread-safe each, and shared by all requests."""

    store: VectorStore
    embedders: EmbedderPool
    fetcher: Fetcher
    decode_limits: DecodeLimits
    metrics: Metrics
