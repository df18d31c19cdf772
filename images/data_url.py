"""Images that are written into their URL."""

import base64
import binascii
import hashlib
import re
from urllib.parse import unquote_to_bytes

from images.errors import BadUrl, TooManyBytes

_SHOWN_CHARACTERS = 32
_MAX_SHOWN_CHARACTERS = 500
_MEDIA_TYPE = re.compile(r"(?:image/[\w.+-]*(?:;[\w.+-]+=[\w.+-]*)*)?", re.ASCII)


def is_data_url(url: str) -> bool:
    """Whether a URL holds its image itself."""
    return url[:5].lower() == "data:"


def read_data_url(url: str, max_bytes: int) -> bytes:
    """The bytes that a data: URL holds.

    Raises BadUrl, TooManyBytes.
    """
    head, comma, data = url[5:].partition(",")
    if not comma:
        raise BadUrl("a data: URL without a comma")
    media_type, base64_mark = (head[:-7], True) if head.lower().endswith(";base64") else (head, False)
    if not _MEDIA_TYPE.fullmatch(media_type.strip().lower()):
        raise BadUrl("a data: URL that is no image's")
    # Looked at before anything is decoded: neither encoding makes less than three bytes of four characters.
    if len(data) * 3 // 4 > max_bytes + 2 and (base64_mark or len(data) > 3 * max_bytes):
        raise TooManyBytes(f"a data: URL of {len(data):,} characters, for {max_bytes:,} bytes at most")
    decoded = _decoded(data, base64_mark=base64_mark)
    if len(decoded) > max_bytes:
        raise TooManyBytes(f"a data: URL of {len(decoded):,} bytes, more than {max_bytes:,}")
    return decoded


def shortened(url: str) -> str:
    """A URL as errors name it: a data: URL by its beginning and a digest."""
    if is_data_url(url):
        digest = hashlib.sha256(url.encode(errors="replace")).hexdigest()[:8]
        return f"{url[:_SHOWN_CHARACTERS]}…({len(url):,} characters, sha256 {digest}…)"
    return url if len(url) <= _MAX_SHOWN_CHARACTERS else url[: _MAX_SHOWN_CHARACTERS - 1] + "…"


def _decoded(data: str, *, base64_mark: bool) -> bytes:
    try:
        plain = unquote_to_bytes(data)
        if not base64_mark:
            return plain
        return base64.b64decode(b"".join(plain.split()), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise BadUrl(f"a data: URL that cannot be decoded: {type(error).__name__}") from None
