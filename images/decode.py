"""From a file's bytes to RGB pixels: the one place that hands strangers' bytes to Pillow."""

import math
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from PIL import (
    AvifImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from images.errors import BrokenImage, NotAnImage, TooManyPixels, TruncatedImage
from images.file_format import FileFormat, ends_early, file_format, jpeg_passes
from images.region import Region
from images.rgb import as_rgb

# Importing them registers them. Image.open would otherwise import every plugin that there is, to find one.
_PLUGINS = (AvifImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin)

# Pillow documents no closed set of what it raises for bad bytes. Not here: MemoryError, which with the pixel
# cap says nothing about the image.
_BAD_BYTES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)

_TRANSPOSES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Of the orientations, those that swap width and height.
_FIRST_ON_ITS_SIDE = 5

_JPEG_SCALES = (1, 2, 4, 8)
_MOST_REGION_PIXELS = 4_000_000

# Encoders write some ten scans. A file can have thousands, each as much work as the picture.
_USUAL_PASSES = 16
_PASSES_OF_MAX_PIXELS = 10

_MAX_REASON_CHARACTERS = 200

_QUIET = ("ignore", None, Warning, re.compile(r"PIL\."), 0)


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """max_pixels: width times height of what is decoded at all."""

    max_pixels: int = 50_000_000


def decode(
    data: bytes, limits: DecodeLimits, *, min_side_px: int | None = None, region: Region | None = None
) -> Image.Image:
    """The first frame of a JPEG, PNG, WebP, AVIF or GIF: mode RGB, turned as its EXIF says, alpha on white.

    min_side_px: a JPEG may be decoded at a half, a quarter or an eighth of its size, much faster, as long as
    its shorter side (with a region: the region's) keeps that many pixels.
    region: the part that is wanted, of the turned picture. Uses one core (AVIF: all); does not block.
    Raises NotAnImage, TruncatedImage, BrokenImage, TooManyPixels.
    """
    with _opened(data) as (image, form):
        _check_size(image, data, form, limits)
        if min_side_px is not None:
            side = min_side_px if region is None else _side_for(region, image, min_side_px)
            # Only JPEG's plugin does anything here.
            image.draft(None, (side, side))
        image.load()
        rgb = as_rgb(image)
        turn = _TRANSPOSES.get(_orientation(image))
        # What was decoded may be as large as the turned copy that comes next.
        del image
    seen = rgb if turn is None else rgb.transpose(turn)
    return seen if region is None else region.cut_from(seen)


def seen_size_px(data: bytes) -> tuple[int, int]:
    """Width and height of an image file's picture once it is turned as its EXIF says; decodes no pixel.

    Raises NotAnImage, TruncatedImage, BrokenImage, TooManyPixels.
    """
    with _opened(data) as (image, _):
        return _seen_size(image)


@contextmanager
def _opened(data: bytes) -> Iterator[tuple[ImageFile.ImageFile, FileFormat]]:
    """The file by its header; whatever Pillow raises in the block is told as an error of ours."""
    form = file_format(data)
    if form is None:
        beginning = f"begins with {data[:12]!r}" if data else "is empty"
        raise NotAnImage(f"no JPEG, PNG, WebP, AVIF or GIF: it {beginning}")
    _quiet_pillow()
    try:
        yield Image.open(BytesIO(data), formats=(form.value,)), form
    except Image.DecompressionBombError as error:
        raise TooManyPixels(str(error)) from error
    except _BAD_BYTES as error:
        leaf = TruncatedImage if ends_early(data, form) else BrokenImage
        raise leaf(f"{form} that cannot be decoded: {_reason(error)}") from error


def _seen_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if _orientation(image) >= _FIRST_ON_ITS_SIDE else (width, height)


def _side_for(region: Region, image: Image.Image, min_side_px: int) -> int:
    """The shorter side of the whole picture at which the region's shorter side has `min_side_px`.

    Less where that would be very many pixels: a part of a photo must not cost more memory than the photo.
    """
    width, height = _seen_size(image)
    whole = min(width, height)
    scale = next((each for each in _JPEG_SCALES if width * height <= _MOST_REGION_PIXELS * each**2), 8)
    most = whole // scale
    return math.ceil(min(min_side_px * whole / region.shorter_side_px(width, height), most))


def _check_size(image: ImageFile.ImageFile, data: bytes, form: FileFormat, limits: DecodeLimits) -> None:
    """Raises TooManyPixels by what the header says, before a pixel is decoded."""
    width, height = image.size
    pixels = width * height
    if pixels > limits.max_pixels:
        raise TooManyPixels(f"{width:,} × {height:,} px, more than {limits.max_pixels:,} in all")
    if form is FileFormat.JPEG:
        passes = jpeg_passes(data)
        if passes > _USUAL_PASSES and passes * pixels > _PASSES_OF_MAX_PIXELS * limits.max_pixels:
            raise TooManyPixels(f"{width:,} × {height:,} px in {passes:,} passes")


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where the EXIF data cannot be read, since the picture can."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except _BAD_BYTES:
        return 1
    return orientation if isinstance(orientation, int) else 1


def _reason(error: Exception) -> str:
    # Pillow's text names the file object by its address in memory.
    if isinstance(error, UnidentifiedImageError):
        return "its header cannot be read"
    return " ".join(f"{type(error).__name__}: {error}".split())[:_MAX_REASON_CHARACTERS]


def _quiet_pillow() -> None:
    """Ignore Pillow's warnings about odd files, in the whole process: our errors say what matters.

    warnings.catch_warnings would do it around each call, but swaps the filters of all threads.
    """
    if not warnings.filters or warnings.filters[0] != _QUIET:
        warnings.filterwarnings("ignore", module=r"PIL\.")
