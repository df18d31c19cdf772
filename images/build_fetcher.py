"""Puts a fetcher together from its settings."""

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime

import certifi

from images.decode import DecodeLimits
from images.download import Downloader
from images.fetcher import ImageFetcher
from images.host_gate import GateLimits, HostGates
from images.host_rule import HostRule
from images.rendition_cache import RenditionCache
from images.renditions import Renditions
from images.resolver import Lookup, Resolver
from images.settings import ImageSettings
from images.timed_sockets import timed_tls_context
from images.transport import Transport
from images.url_policy import UrlPolicy


def build_fetcher(
    settings: ImageSettings,
    *,
    lookup: Lookup = socket.getaddrinfo,
    monotonic: Callable[[], float] = time.monotonic,
    now_seconds: Callable[[], float] = time.time,
) -> ImageFetcher:
    """A fetcher that keeps to the settings; its owner closes it.

    lookup, monotonic, now_seconds: the resolver and the clocks; what sockets wait is always real time.
    Raises OSError where the certificates or the cache's folder cannot be used.
    """
    rules = [HostRule.parse(entry) for entry in settings.image_allowed_hosts]
    rules += [HostRule.parse_local(entry) for entry in settings.image_local_hosts]
    proxy_url = settings.image_proxy_url
    transport = Transport(
        timed_tls_context(str(settings.image_ca_file or certifi.where())),
        connections_per_host=settings.image_fetches_per_host,
        proxy_url=None if proxy_url is None else proxy_url.get_secret_value(),
    )
    limits = GateLimits(
        slots=settings.image_fetches_per_host,
        timeouts_to_close=settings.image_host_timeouts,
        closed_seconds=settings.image_host_pause_seconds,
    )
    downloader = Downloader(
        UrlPolicy(rules),
        Resolver(lookup=lookup, monotonic=monotonic),
        HostGates(limits, monotonic),
        transport,
        max_bytes=settings.image_max_bytes,
        max_redirects=settings.image_max_redirects,
        now=lambda: datetime.fromtimestamp(now_seconds(), UTC),
    )
    return ImageFetcher(
        downloader,
        Renditions(settings.image_cloudinary_transformation, settings.image_cloudinary_hosts, monotonic),
        _build_cache(settings, now_seconds),
        deadline_seconds=settings.image_deadline_seconds,
        data_url_max_bytes=settings.image_data_url_max_bytes if settings.image_data_urls else None,
        monotonic=monotonic,
    )


def decode_limits(settings: ImageSettings) -> DecodeLimits:
    """The settings' limits of decoding."""
    return DecodeLimits(max_pixels=settings.image_max_pixels)


def _build_cache(settings: ImageSettings, now_seconds: Callable[[], float]) -> RenditionCache | None:
    folder = settings.image_cache_dir
    if folder is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    return RenditionCache(
        folder, settings.image_cache_max_bytes, settings.image_cache_fresh_seconds, now_seconds
    )
