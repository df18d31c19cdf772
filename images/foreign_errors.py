"""What requests, urllib3, ssl, http.client and socket raise, in the words of images.errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

from requests.exceptions import InvalidURL, RequestException
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NewConnectionError,
    ReadTimeoutError,
)

from images.deadline import Deadline
from images.errors import BadUrl, FetchTimedOut, ForbiddenAddress, HostUnreachable, ImageError

_MAX_REASON_CHARACTERS = 200


@contextmanager
def translated(host: str, deadline: Deadline) -> Iterator[None]:
    """Turn whatever the HTTP libraries raise in the body into an ImageError."""
    try:
        yield
    # UnicodeError is a ValueError; so are urllib3's errors of location and of headers.
    except (RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
        raise translate(error, host, deadline) from error


def translate(error: Exception, host: str, deadline: Deadline) -> ImageError:
    """The ImageError that a foreign exception stands for."""
    # A refused connection is a kind of connection time-out to urllib3.
    if isinstance(error, ConnectTimeoutError) and not isinstance(error, NewConnectionError):
        return FetchTimedOut(f"{host} took no connection within {deadline.total_seconds:g} s")
    if isinstance(error, ReadTimeoutError | TimeoutError):
        return FetchTimedOut(f"{host} did not answer in full within {deadline.total_seconds:g} s")
    if isinstance(error, InvalidIPAddress):
        return ForbiddenAddress(f"{host} resolves to an address that is not public")
    if isinstance(error, InvalidURL | LocationValueError):
        return BadUrl(f"not a URL that can be asked for: {_innermost(error)}")
    return HostUnreachable(f"{host}: {_innermost(error)}")


def _innermost(error: BaseException) -> str:
    """What really happened, as one short line: the libraries wrap it in text about their own objects."""
    while error.__cause__ is not None:
        error = error.__cause__
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= _MAX_REASON_CHARACTERS else text[: _MAX_REASON_CHARACTERS - 1] + "…"
