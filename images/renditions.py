"""Which URL to ask for: a small rendition, unless its cloud has refused one lately."""

import threading
import time
from collections.abc import Callable, Sequence

from cachetools import TTLCache

from images.cloudinary import Rendition, small_rendition
from images.errors import CloudinaryError, ImageError

_MAX_CLOUDS = 1_024
_REMEMBER_SECONDS = 3_600
_REFUSALS = frozenset((400, 401, 403))


def refuses_rendition(error: ImageError) -> bool:
    """Whether an answer may be about the transformation: strict accounts take only those they know."""
    return isinstance(error, CloudinaryError) or error.status in _REFUSALS


class Renditions:
    """Thread-safe."""

    def __init__(
        self,
        transformation: str,
        custom_hosts: Sequence[str] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transformation = transformation
        self._custom_hosts = frozenset(host.lower() for host in custom_hosts)
        self._lock = threading.Lock()
        self._refusing: TTLCache[str, None] = TTLCache(_MAX_CLOUDS, _REMEMBER_SECONDS, monotonic)

    def of(self, url: str) -> Rendition | None:
        """The rendition to ask for, or None for the URL as it is."""
        rendition = small_rendition(url, self._transformation, self._custom_hosts)
        if rendition is None:
            return None
        with self._lock:
            return None if rendition.cloud in self._refusing else rendition

    def remember_refusal(self, cloud: str) -> None:
        """For an hour, ask a cloud for nothing but what its URLs say."""
        with self._lock:
            self._refusing[cloud] = None
