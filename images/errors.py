"""What can go wrong with an image. A leaf names a fact; its branch says what happens next.

ImageError
├── RejectedImage         failed for good: the same bytes or the same URL will fail again
│   ├── BadUrl            no URL that we would ever fetch: scheme, syntax, user name, odd host, bad data: URL
│   ├── ForbiddenHost     neither that host nor that port is configured
│   ├── ForbiddenAddress  the host is, or has, an address that is not public
│   ├── TooManyRedirects
│   ├── HttpRefused       a status that says no and that no other leaf explains
│   ├── EncodedBody       a compressed answer, though none was asked for
│   ├── TooManyBytes
│   ├── NotAnImage        none of the formats that we read
│   ├── TruncatedImage    it begins well and ends early
│   ├── BrokenImage       it begins well and cannot be decoded
│   └── TooManyPixels
├── UnavailableImage      may pass: try again later, not before retry_after_seconds if that is set
│   ├── FetchTimedOut     the host was tried, and the deadline came first
│   ├── HostUnreachable   connection, DNS or TLS failed, or the answer broke off
│   ├── HttpUnavailable   408, 429 or 5xx
│   └── HostBusy          not tried: the host keeps timing out, or none of its slots came free in time
└── MissingImage          may pass for a day after the event: not uploaded yet, perhaps
    ├── HttpMissing       401, 404 or 410
    └── CloudinaryError   the header X-Cld-Error, whatever the status, a placeholder with 200 included

Fetching and decoding raise these and nothing else: what requests, urllib3, ssl, socket and Pillow raise is
translated where they are called.
"""


class ImageError(Exception):
    """Any failure of an image; its text is one line for people.

    url: as the caller gave it, a data: URL shortened; empty where only bytes were given.
    status: the HTTP status, where one was received.
    """

    def __init__(self, reason: str, *, url: str = "", status: int | None = None) -> None:
        super().__init__(reason)
        self.url = url
        self.status = status


class RejectedImage(ImageError):
    """Failed for good."""


class BadUrl(RejectedImage):
    """Not a URL that is ever fetched."""


class ForbiddenHost(RejectedImage):
    """The host, or its port, is not configured as an image host."""


class ForbiddenAddress(RejectedImage):
    """The host is, or resolves to, an address that is not public."""


class TooManyRedirects(RejectedImage):
    """More redirects than are followed."""


class HttpRefused(RejectedImage):
    """An HTTP status that says no."""


class EncodedBody(RejectedImage):
    """The host compressed its answer although it was asked not to, so its size cannot be trusted."""


class TooManyBytes(RejectedImage):
    """More bytes than the cap."""


class NotAnImage(RejectedImage):
    """The bytes are of none of the formats that are read."""


class TruncatedImage(RejectedImage):
    """The file ends before its picture does."""


class BrokenImage(RejectedImage):
    """A format that is read, but the file cannot be decoded."""


class TooManyPixels(RejectedImage):
    """More pixels, or more passes over them, than the cap."""


class UnavailableImage(ImageError):
    """May pass.

    retry_after_seconds: what the host, or our own record of it, asks to wait; None where nothing is known.
    """

    def __init__(
        self,
        reason: str,
        *,
        url: str = "",
        status: int | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(reason, url=url, status=status)
        self.retry_after_seconds = retry_after_seconds


class FetchTimedOut(UnavailableImage):
    """The host was tried and the deadline came first."""


class HostUnreachable(UnavailableImage):
    """Connection, DNS or TLS failed, or the answer broke off."""


class HttpUnavailable(UnavailableImage):
    """The host answered that it cannot serve now."""


class HostBusy(UnavailableImage):
    """The host was not asked: it keeps timing out, or none of its slots came free in time."""


class MissingImage(ImageError):
    """Not there; may pass for a day after the event."""


class HttpMissing(MissingImage):
    """401, 404 or 410."""


class CloudinaryError(MissingImage):
    """Cloudinary answered with the header X-Cld-Error."""
