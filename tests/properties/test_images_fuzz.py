"""Mutated real files: whatever comes out of decode is RGB within the limits, or one of its own errors."""

import contextlib
import io
import random
import time
from collections.abc import Iterator
from functools import cache

import pytest
from PIL import Image

from images import BrokenImage, DecodeLimits, NotAnImage, TooManyPixels, TruncatedImage, decode
from images.data_url import read_data_url
from images.errors import ImageError
from tests.properties.mutations import mutated

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


def _mutants(seed: int, count: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    for _ in range(count):
        yield mutated(chance.choice(_files()), _files(), chance)


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
