"""Everything a request is answered with. Built once, in `wiring`; tests pass their own."""

from dataclasses import dataclass, field
from typing import Protocol

from images.decode import DecodeLimits
from search_api.index.current_index import CurrentIndex
from search_api.photos.embedder_pool import EmbedderPool
from search_api.photos.photo_lines import PhotoLines
from search_api.queries.query_ids import QueryIds
from search_api.writing.product_writer import ProductWriter
from telemetry import Metrics


class Fetcher(Protocol):
    """What brings the bytes of an image URL; `images.ImageFetcher` is one."""

    def fetch(self, url: str) -> bytes:
        """Blocks until its deadline at most. Raises ImageError."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """Thread-safe each, and shared by all requests. writer: None where nobody may write."""

    index: CurrentIndex
    embedders: EmbedderPool
    fetcher: Fetcher
    decode_limits: DecodeLimits
    metrics: Metrics
    photo_lines: PhotoLines = field(default_factory=PhotoLines)
    query_ids: QueryIds = field(default_factory=QueryIds.of_this_process)
    writer: ProductWriter | None = None
