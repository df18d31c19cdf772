"""A URL becomes an image file's bytes, within a deadline, or one of our errors."""

import time
from collections.abc import Callable

from images.data_url import is_data_url, read_data_url, shortened
from images.deadline import Deadline
from images.download import Downloader
from images.errors import BadUrl, CloudinaryError, HttpMissing, HttpRefused, ImageError, UnavailableImage
from images.file_format import file_format
from images.rendition_cache import KeptFile, RenditionCache
from images.renditions import Renditions, refuses_rendition


class ImageFetcher:
    """Fetches images for both services. Thread-safe; made by images.build_fetcher.

    data_url_max_bytes: None where data: images are not enabled.
    """

    def __init__(
        self,
        downloader: Downloader,
        renditions: Renditions,
        cache: RenditionCache | None,
        *,
        deadline_seconds: float,
        data_url_max_bytes: int | None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._downloader = downloader
        self._renditions = renditions
        self._cache = cache
        self._deadline_seconds = deadline_seconds
        self._data_url_max_bytes = data_url_max_bytes
        self._monotonic = monotonic

    def fetch(self, url: str, *, version: str | None = None, refetch: bool = False) -> bytes:
        """The bytes behind a URL, at most as many as the cap; decode tells what they are.

        version: the image's own, if it has one: a copy kept under another one is not used.
        refetch: ask the host even if a fresh copy is kept.
        Blocks until the deadline at most (a small part of a second more to let go of a connection), waiting
        for one of the host's slots included. Raises RejectedImage, UnavailableImage, MissingImage.
        """
        try:
            if is_data_url(url):
                return self._read_data_url(url)
            return self._fetch(url, version, refetch=refetch)
        except ImageError as error:
            error.url = shortened(url)
            raise

    def close(self) -> None:
        """Turn away waiting and later fetches as HostBusy, and close idle connections.

        Does not wait: a fetch that is under way ends by its own deadline, and its connection with it.
        """
        self._downloader.close()

    def _read_data_url(self, url: str) -> bytes:
        if self._data_url_max_bytes is None:
            raise BadUrl("data: images are not enabled")
        return read_data_url(url, self._data_url_max_bytes)

    def _fetch(self, url: str, version: str | None, *, refetch: bool) -> bytes:
        deadline = Deadline(self._deadline_seconds, self._monotonic)
        rendition = self._renditions.of(url)
        if rendition is None:
            return self._kept_or_downloaded(url, version, deadline, refetch=refetch)
        try:
            return self._kept_or_downloaded(rendition.url, version, deadline, refetch=refetch)
        except (HttpRefused, HttpMissing, CloudinaryError) as error:
            if not refuses_rendition(error):
                raise
        body = self._kept_or_downloaded(url, version, deadline, refetch=refetch)
        self._renditions.remember_refusal(rendition.cloud)
        return body

    def _kept_or_downloaded(
        self, url: str, version: str | None, deadline: Deadline, *, refetch: bool
    ) -> bytes:
        kept = None if self._cache is None else self._cache.get(url, version)
        if kept is not None and kept.fresh and not refetch:
            return kept.body
        try:
            return self._download(url, version, deadline, kept)
        except UnavailableImage:
            # What was right yesterday is better than nothing, unless it is known to have changed.
            if kept is None or refetch:
                raise
            return kept.body

    def _download(self, url: str, version: str | None, deadline: Deadline, kept: KeptFile | None) -> bytes:
        downloaded = self._downloader.get(url, deadline, kept.validators() if kept else {})
        if downloaded.body is None and kept is not None:
            if self._cache is not None:
                self._cache.renew(url, version)
            return kept.body
        body = downloaded.body or b""
        # A page that says "not found" with status 200 is not worth keeping.
        if self._cache is not None and file_format(body) is not None:
            self._cache.put(url, version, body, etag=downloaded.etag, last_modified=downloaded.last_modified)
        return body
