"""What an HTTP answer means for an image: its body, a redirect, or an error."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from images.errors import (
    CloudinaryError,
    EncodedBody,
    HttpMissing,
    HttpRefused,
    HttpUnavailable,
    TooManyBytes,
)

_MOVED = frozenset((301, 302, 303, 307, 308))
_MISSING = frozenset((401, 404, 410))
_TRY_AGAIN = frozenset((408, 429))
_MAX_RETRY_AFTER_SECONDS = 7 * 86_400.0
_MAX_HEADER_CHARACTERS = 200
# Enough for the page that comes with a 404 or a redirect; anything longer costs more than a new connection.
_MAX_DRAINED_BYTES = 16_384
_DRAIN_SECONDS = 0.1
_READ_BYTES = 256 * 1024


def moved_to(response: BaseHTTPResponse) -> str | None:
    """Where a redirect points, as the host wrote it; None for anything else, Cloudinary's errors included."""
    location: str | None = response.headers.get("Location")
    return location if response.status in _MOVED and "X-Cld-Error" not in response.headers else None


def check_status(response: BaseHTTPResponse, host: str, now: Callable[[], datetime]) -> None:
    """Raises what a status other than 200, or a header of Cloudinary's, stands for.

    HttpUnavailable comes before CloudinaryError: Cloudinary explains its 429 and 5xx by the same header.
    """
    status = response.status
    if status in _TRY_AGAIN or status >= 500:
        wait_seconds = retry_after_seconds(response.headers.get("Retry-After"), now())
        raise HttpUnavailable(_said(status, host), status=status, retry_after_seconds=wait_seconds)
    explanation = response.headers.get("X-Cld-Error")
    if explanation is not None:
        raise CloudinaryError(f"{_said(status, host)}: {_printable(explanation)}", status=status)
    if status in _MISSING:
        raise HttpMissing(_said(status, host), status=status)
    if status != HTTPStatus.OK:
        raise HttpRefused(_said(status, host), status=status)


def read_body(response: BaseHTTPResponse, max_bytes: int) -> bytes:
    """The whole body. Blocks until the time-out of the answer's connection.

    Raises EncodedBody, TooManyBytes, and urllib3's errors.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise EncodedBody(f"the answer is compressed ({_printable(encoding)})", status=response.status)
    declared_bytes = getattr(response, "length_remaining", None)
    if declared_bytes is not None and declared_bytes > max_bytes:
        raise TooManyBytes(f"{declared_bytes:,} bytes, more than {max_bytes:,}", status=response.status)
    parts: list[bytes] = []
    total_bytes = 0
    while part := response.read(_READ_BYTES, decode_content=False):
        total_bytes += len(part)
        if total_bytes > max_bytes:
            raise TooManyBytes(f"more than {max_bytes:,} bytes", status=response.status)
        parts.append(part)
    return b"".join(parts)


def finish(response: BaseHTTPResponse) -> None:
    """Let go of an answer, read or not: keep its connection if little is left to read, else close it."""
    if not _drained(response):
        response.close()
    response.release_conn()


def _drained(response: BaseHTTPResponse) -> bool:
    declared_bytes = getattr(response, "length_remaining", None)
    if declared_bytes is not None and declared_bytes > _MAX_DRAINED_BYTES:
        return False
    sock = getattr(response.connection, "sock", None)
    if sock is not None:
        sock.settimeout(_DRAIN_SECONDS)
    left_bytes = _MAX_DRAINED_BYTES
    try:
        while left_bytes > 0:
            part = response.read(left_bytes, decode_content=False)
            if not part:
                return True
            left_bytes -= len(part)
    except HTTPError:
        pass
    return False


def validator(response: BaseHTTPResponse, name: str) -> str | None:
    """An ETag or Last-Modified that can be sent back as it is."""
    value: str | None = response.headers.get(name)
    return value if value and len(value) <= _MAX_HEADER_CHARACTERS and _printable(value) == value else None


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """A Retry-After header, seconds or a date, as seconds from now; None where it says nothing."""
    if value is None:
        return None
    value = value.strip()
    if re.fullmatch(r"[0-9]{1,12}", value):
        seconds = float(value)
    else:
        try:
            date = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        # A date in the zone "-0000" comes without one; HTTP knows only GMT.
        seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now.timestamp()
    return min(max(seconds, 0.0), _MAX_RETRY_AFTER_SECONDS)


def _said(status: int, host: str) -> str:
    return f"HTTP {status} from {host}"


def _printable(text: str) -> str:
    """A header's text as one short line of plain characters."""
    plain = "".join(character if " " <= character <= "~" else "?" for character in text)
    return plain[:_MAX_HEADER_CHARACTERS]
