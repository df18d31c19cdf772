"""A fetcher that takes on no more than so many URLs at a time."""

from search_api.parts import Fetcher
from search_api.photos.waiting_line import WaitingLine


class BoundedFetcher:
    """A `Fetcher` before another: a slow image host holds up a few requests, never all of them."""

    def __init__(self, fetcher: Fetcher, fetches: WaitingLine) -> None:
        self._fetcher = fetcher
        self._fetches = fetches

    def fetch(self, url: str) -> bytes:
        """Blocks until the other's deadline at most. Raises TooBusy, ImageError."""
        with self._fetches.turn():
            return self._fetcher.fetch(url)
