"""An uploaded photo as an event carries it: a small JPEG in a `data:` URL."""

import base64
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from typing import Final

from PIL import Image

from images import DecodeLimits, TooManyPixels, decode
from search_api.photos.photo_lines import PhotoLines
from search_api.photos.photo_weight import PhotoWeight

MAX_JPEG_BYTES: Final = 60_000
# More than the model looks at (224 px), so that it may still be cropped and scaled well.
_SIDES_PX: Final = (512, 448, 384, 320, 256, 224, 160, 96, 32)
_QUALITIES: Final = (88, 80, 70, 60, 45)


def kept_photo(data: bytes, limits: DecodeLimits, lines: PhotoLines, *, max_bytes: int) -> str:
    """The photo as a `data:` URL of a JPEG of at most max_bytes. The same photo always becomes the same URL.

    Blocks for a turn and while it works. Raises TooBusy, RejectedImage.
    """
    jpeg = _small_jpeg(_decoded(data, limits, lines), min(max_bytes, MAX_JPEG_BYTES))
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"


def photo_name(url: str) -> str:
    """A name for an upload that was given none: the same for the same photo."""
    return f"upload-{sha256(url.encode()).hexdigest()[:16]}"


def _decoded(data: bytes, limits: DecodeLimits, lines: PhotoLines) -> Image.Image:
    weight = PhotoWeight.of(data, limits, lines.max_whole_pixels)
    try:
        with lines.photos.turn():
            return _at_most(decode(data, weight.light, min_side_px=_SIDES_PX[0]), _SIDES_PX[0])
    except TooManyPixels:
        if weight.light == weight.heavy:
            raise
    with lines.heavy.turn(), lines.photos.turn():
        return _at_most(decode(data, weight.heavy, min_side_px=_SIDES_PX[0]), _SIDES_PX[0])


def _small_jpeg(picture: Image.Image, max_bytes: int) -> bytes:
    for smaller, quality in _attempts(picture):
        file = BytesIO()
        smaller.save(file, "JPEG", quality=quality, optimize=True)
        if file.tell() <= max_bytes:
            return file.getvalue()
    raise TooManyPixels(f"the photo does not fit into {max_bytes:,} bytes")


def _attempts(picture: Image.Image) -> Iterator[tuple[Image.Image, int]]:
    for side_px in _SIDES_PX:
        smaller = _at_most(picture, side_px)
        for quality in _QUALITIES:
            yield smaller, quality


def _at_most(picture: Image.Image, side_px: int) -> Image.Image:
    """The picture with its longer side at most so long, never enlarged."""
    smaller = picture.copy()
    smaller.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    return smaller
