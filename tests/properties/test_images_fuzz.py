"""Mutated real files: whatever comes out of decode is RGB within the limits, or one of its own errors."""

import contextlib
import io
import random
import struct
import time
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from PIL import Image

from images import BrokenImage, DecodeLimits, NotAnImage, TooManyPixels, TruncatedImage, decode
from images.data_url import read_data_url
from images.errors import ImageError

_LIMITS = DecodeLimits(max_pixels=2_000_000)
_DOCUMENTED = (BrokenImage, NotAnImage, TooManyPixels, TruncatedImage)
_OUTCOMES = {"decoded", *(leaf.__name__ for leaf in _DOCUMENTED)}
# Far more than any picture within the limits takes, on a machine with other work to do.
_MAX_SECONDS = 20


@cache
def _files() -> list[bytes]:
    """Small files of every format and kind."""
    noise = Image.effect_noise((64, 48), 60)
    rgb = Image.merge("RGB", [noise, Image.linear_gradient("L").resize((64, 48)), noise.rotate(180)])
    rgba = rgb.convert("RGBA")
    rgba.putalpha(noise)
    palette = rgb.quantize(64)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "A maker of cameras"
    exif[0x011A] = 72.0
    frames = {"save_all": True, "append_images": [rgb.rotate(90), rgb.rotate(180)], "duration": 40}
    kinds: list[tuple[Image.Image, str, dict[str, object]]] = [
        (rgb, "JPEG", {"exif": exif}),
        (rgb, "JPEG", {"progressive": True, "comment": b"shop"}),
        (rgb.convert("CMYK"), "JPEG", {}),
        (noise, "JPEG", {"dpi": (72, 72), "restart_marker_rows": 1}),
        (rgb, "MPO", {"save_all": True, "append_images": [rgb]}),
        (rgb, "PNG", {"exif": exif, "dpi": (72, 72)}),
        (rgba, "PNG", {}),
        (palette, "PNG", {"transparency": bytes(range(64))}),
        (noise.convert("I;16"), "PNG", {}),
        (noise.convert("1"), "PNG", {}),
        (rgb, "PNG", frames),
        (rgb, "WEBP", {"exif": exif}),
        (rgba, "WEBP", {"lossless": True}),
        (rgb, "WEBP", frames),
        (rgb, "AVIF", {"exif": exif, "speed": 10}),
        (rgba, "AVIF", {"speed": 10}),
        (rgb, "AVIF", frames | {"speed": 10}),
        (palette, "GIF", {"transparency": 3, "comment": b"shop"}),
        (rgb, "GIF", frames),
    ]
    return [_saved(*kind) for kind in kinds]


def _saved(image: Image.Image, form: str, options: dict[str, object]) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def _flip(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        data[chance.randrange(len(data))] = chance.randrange(256)


def _flip_in_head(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 2, 4))):
        data[chance.randrange(4, min(120, len(data)))] = chance.randrange(256)


def _extreme(data: bytearray, chance: random.Random) -> None:
    """A size or an offset becomes the largest, the smallest, or negative."""
    width = chance.choice((1, 2, 4, 8))
    start = chance.randrange(4, max(5, len(data) - width))
    value = chance.choice((b"\0" * 8, b"\xff" * 8, b"\x7f" + b"\xff" * 7, b"\x80" + b"\0" * 7))
    data[start : start + width] = value[:width]


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def _drop(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.choice((1, 4, 60, 1_000))]


def _repeat(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    part = data[start : start + chance.choice((4, 60, 1_000))]
    data[start:start] = part * chance.choice((1, 3, 50))


def _splice(data: bytearray, chance: random.Random) -> None:
    other = chance.choice(_files())
    start, from_ = chance.randrange(len(data)), chance.randrange(len(other))
    data[start : start + 200] = other[from_ : from_ + chance.choice((20, 200, 5_000))]


def _insert(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    data[start:start] = chance.randbytes(chance.choice((1, 8, 300)))


def _swap_sizes(data: bytearray, chance: random.Random) -> None:
    """Somewhere stands another number of 16 bits: a width, a count, a length."""
    start = chance.randrange(4, max(5, len(data) - 2))
    order = chance.choice(("<H", ">H"))
    data[start : start + 2] = struct.pack(order, chance.choice((0, 1, 48, 4_096, 30_000, 65_535)))


_MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip,
    _flip_in_head,
    _flip_in_head,
    _extreme,
    _cut,
    _drop,
    _repeat,
    _splice,
    _insert,
    _swap_sizes,
)


def _mutants(seed: int, count: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    for _ in range(count):
        data = bytearray(chance.choice(_files()))
        for _ in range(chance.choice((1, 1, 2, 3))):
            if len(data) > 8:
                chance.choice(_MUTATIONS)(data, chance)
        yield bytes(data)


def _outcome(data: bytes, min_side_px: int | None) -> str:
    started = time.monotonic()
    try:
        image = decode(data, _LIMITS, min_side_px=min_side_px)
    except _DOCUMENTED as error:
        outcome, reason = type(error).__name__, str(error)
    else:
        assert image.mode == "RGB"
        assert 0 < image.width * image.height <= _LIMITS.max_pixels
        assert len(image.tobytes()) == 3 * image.width * image.height
        outcome, reason = "decoded", ""
    assert outcome in _OUTCOMES
    assert "\n" not in reason
    assert time.monotonic() - started < _MAX_SECONDS
    return outcome


def _run(seed: int, count: int) -> None:
    outcomes = {_outcome(data, None if i % 2 else 16) for i, data in enumerate(_mutants(seed, count))}
    # A fuzzer whose mutants all fail alike, or never fail, tests nothing.
    assert {"decoded", "BrokenImage", "TruncatedImage", "TooManyPixels"} <= outcomes


def test_every_file_decodes_unmutated() -> None:
    """The seeds themselves are good files."""
    for data in _files():
        assert decode(data, _LIMITS).size in {(64, 48), (48, 64)}


def test_mutated_files_raise_only_image_errors() -> None:
    """300 mutants, the same on every machine."""
    _run(seed=1, count=300)


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_many_mutated_files_raise_only_image_errors() -> None:
    """5,000 more."""
    _run(seed=2, count=5_000)


def test_mutated_data_urls_raise_only_image_errors() -> None:
    """Their text is as hostile as a file's bytes."""
    chance = random.Random(3)
    url = "data:image/png;base64," + "QUJD" * 20
    for _ in range(2_000):
        text = list(url)
        for _ in range(chance.choice((1, 2, 5))):
            text[chance.randrange(5, len(text))] = chr(
                chance.choice((0, 10, 37, 44, 59, 61, 255, 0xD800, 65))
            )
        with contextlib.suppress(ImageError):
            assert len(read_data_url("".join(text), 1_000)) <= 1_000
