"""A URL or an upload becomes RGB pixels, safely: fetching with checks and limits, decoding with limits."""

from images.build_fetcher import build_fetcher, decode_limits
from images.decode import DecodeLimits, decode, seen_size_px
from images.errors import (
    BadUrl,
    BrokenImage,
    CloudinaryError,
    EncodedBody,
    FetchTimedOut,
    ForbiddenAddress,
    ForbiddenHost,
    HostBusy,
    HostUnreachable,
    HttpMissing,
    HttpRefused,
    HttpUnavailable,
    ImageError,
    MissingImage,
    NotAnImage,
    RejectedImage,
    TooManyBytes,
    TooManyPixels,
    TooManyRedirects,
    TruncatedImage,
    UnavailableImage,
)
from images.fetcher import ImageFetcher
from images.region import Region
from images.settings import ImageSettings

__all__ = [
    "BadUrl",
    "BrokenImage",
    "CloudinaryError",
    "DecodeLimits",
    "EncodedBody",
    "FetchTimedOut",
    "ForbiddenAddress",
    "ForbiddenHost",
    "HostBusy",
    "HostUnreachable",
    "HttpMissing",
    "HttpRefused",
    "HttpUnavailable",
    "ImageError",
    "ImageFetcher",
    "ImageSettings",
    "MissingImage",
    "NotAnImage",
    "Region",
    "RejectedImage",
    "TooManyBytes",
    "TooManyPixels",
    "TooManyRedirects",
    "TruncatedImage",
    "UnavailableImage",
    "build_fetcher",
    "decode",
    "decode_limits",
    "seen_size_px",
]
