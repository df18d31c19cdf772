"""How heavy a photo is to decode, told by its format before anything of it is decoded.

A JPEG in one pass is decoded at an eighth of its size, within a few megabytes whatever its pixels. Any other
file has to be decoded whole: measured, up to 15 bytes a pixel, which 40 bytes of WebP are enough to ask for.
"""

from dataclasses import dataclass
from typing import Self

from images import DecodeLimits
from images.file_format import FileFormat, file_format, jpeg_passes

LIGHT_PIXELS = 4_000_000
"""What a place in the line of photos is for: some 60 MB."""
_SCANS_OF_ONE_PASS = 3
"""A JPEG that is not progressive may have a scan for each of its colours."""


@dataclass(frozen=True, slots=True)
class PhotoWeight:
    """light: what is decoded beside others. heavy: what is decoded at all, one such photo at a time."""

    light: DecodeLimits
    heavy: DecodeLimits

    @classmethod
    def of(cls, data: bytes, limits: DecodeLimits, max_whole_pixels: int) -> Self:
        """By the file's first bytes and markers. max_whole_pixels: for what cannot be decoded at less."""
        is_jpeg = file_format(data) is FileFormat.JPEG
        if is_jpeg and jpeg_passes(data) <= _SCANS_OF_ONE_PASS:
            return cls(limits, limits)
        heavy = limits if is_jpeg else DecodeLimits(min(limits.max_pixels, max_whole_pixels))
        return cls(DecodeLimits(min(heavy.max_pixels, LIGHT_PIXELS)), heavy)
