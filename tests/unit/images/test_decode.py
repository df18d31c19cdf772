import io
import struct
import threading
import warnings
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageFile

from images import (
    BrokenImage,
    DecodeLimits,
    ImageError,
    NotAnImage,
    TooManyPixels,
    TruncatedImage,
    decode,
)

_LIMITS = DecodeLimits(max_pixels=1_000_000)
_RED, _BLUE, _WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)
_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")


def _saved(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def _halves(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, _RED)
    image.paste(_BLUE, (size[0] // 2, 0, *size))
    return image.convert(mode)


def _close(image: Image.Image, xy: tuple[int, int], colour: tuple[int, int, int], by: int = 12) -> bool:
    pixel = image.getpixel(xy)
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= by for a, b in zip(pixel, colour, strict=True))


def _png(
    width: int, height: int, depth: int, colour_type: int, raw: bytes, *chunks: tuple[bytes, bytes]
) -> bytes:
    """A PNG by hand, for what Pillow does not write."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0))
    middle = b"".join(chunk(name, data) for name, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + head + middle + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", _FORMATS)
def test_every_format_becomes_rgb(form: str) -> None:
    """Of the size it has, in the colours it has."""
    image = decode(_saved(_halves(), form), _LIMITS)
    assert (image.mode, image.size) == ("RGB", (64, 48))
    assert _close(image, (5, 20), _RED)
    assert _close(image, (58, 20), _BLUE)


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("JPEG", {"progressive": True}),
        ("JPEG", {"subsampling": 0, "quality": 95}),
        ("WEBP", {"lossless": True}),
        ("AVIF", {"quality": 90, "subsampling": "4:4:4"}),
        ("GIF", {"interlace": 0}),
    ],
)
def test_every_kind_of_a_format_becomes_rgb(form: str, options: dict[str, object]) -> None:
    """Progressive, lossless, without subsampling."""
    assert _close(decode(_saved(_halves(), form, **options), _LIMITS), (5, 20), _RED)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(form: str, orientation: int) -> None:
    """As phones hold them: the red part comes out where a viewer shows it."""
    upright = Image.new("RGB", (64, 48), _BLUE)
    upright.paste(_RED, (0, 0, 32, 24))
    # How a camera that is held so would have stored it: the inverse of what showing does.
    stored = {
        1: lambda image: image,
        2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
        4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
        6: lambda image: image.transpose(Image.Transpose.ROTATE_90),
        7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
        8: lambda image: image.transpose(Image.Transpose.ROTATE_270),
    }[orientation](upright)
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = decode(_saved(stored, form, exif=exif), _LIMITS)
    assert image.size == (64, 48)
    assert _close(image, (16, 12), _RED)
    assert _close(image, (48, 36), _BLUE)
    assert _close(image, (48, 12), _BLUE)


@pytest.mark.parametrize("value", [0, 9, 65_535])
def test_a_senseless_orientation_turns_nothing(value: int) -> None:
    """Only 1 to 8 mean something."""
    exif = Image.Exif()
    exif[0x0112] = value
    assert decode(_saved(_halves(), "JPEG", exif=exif), _LIMITS).size == (64, 48)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_broken_exif_does_not_cost_the_picture(form: str) -> None:
    """A photo edited by a careless program is still a photo, and nothing is said about it."""
    exif = Image.Exif()
    exif[0x010F] = "maker" * 50
    whole = exif.tobytes()
    headless = (b"Exif\0\0II*\0", b"Exif\0\0nonsense", b"nonsense")
    for broken in (whole[:20], whole[:40], b"Exif\0\0MM\0*\xff\xff\xff\xff", *headless):
        assert decode(_saved(_halves(), form, exif=broken), _LIMITS).size == (64, 48)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "AVIF"])
def test_alpha_is_put_on_white(form: str) -> None:
    """See-through parts come out white, whatever colour hides there; half of one, half white."""
    image = Image.new("RGBA", (48, 48), (255, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 16, 48))
    image.paste((255, 0, 0, 128), (16, 0, 32, 48))
    options = {"lossless": True} if form == "WEBP" else {}
    decoded = decode(_saved(image, form, **options), _LIMITS)
    assert _close(decoded, (8, 24), _RED, by=20)
    assert _close(decoded, (24, 24), (255, 127, 127), by=20)
    assert _close(decoded, (40, 24), _WHITE)


def test_grey_with_alpha_is_put_on_white() -> None:
    """Modes LA and L with a transparent value."""
    image = Image.new("LA", (8, 8), (0, 0))
    assert decode(_saved(image, "PNG"), _LIMITS).getpixel((1, 1)) == _WHITE
    keyed = _saved(Image.new("L", (8, 8), 7), "PNG", transparency=7)
    assert decode(keyed, _LIMITS).getpixel((1, 1)) == _WHITE


@pytest.mark.parametrize("form", ["PNG", "GIF"])
def test_a_palette_with_a_transparent_entry_is_put_on_white(form: str) -> None:
    """As logos and cut-outs have it."""
    image = Image.new("P", (8, 8), 1)
    image.putpalette([*_RED, *_BLUE])
    image.paste(0, (0, 0, 4, 8))
    decoded = decode(_saved(image, form, transparency=1), _LIMITS)
    assert decoded.getpixel((1, 1)) == _RED
    assert decoded.getpixel((6, 1)) == _WHITE


def test_a_palette_with_alpha_values_is_put_on_white() -> None:
    """PNG's palette may give each entry an alpha of its own."""
    image = Image.new("P", (8, 8), 1)
    image.putpalette([*_RED, *_BLUE])
    decoded = decode(_saved(image, "PNG", transparency=b"\xff\x80"), _LIMITS)
    assert _close(decoded, (1, 1), (127, 127, 255), by=2)


def test_a_transparent_colour_is_put_on_white() -> None:
    """PNG's other way: one colour means nothing is there."""
    decoded = decode(_saved(_halves(), "PNG", transparency=_RED), _LIMITS)
    assert decoded.getpixel((1, 1)) == _WHITE
    assert decoded.getpixel((60, 1)) == _BLUE


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_few_colours_become_rgb(mode: str) -> None:
    """Black and white, grey, palette."""
    assert decode(_saved(_halves(mode=mode), "PNG"), _LIMITS).mode == "RGB"


def test_a_grey_jpeg_becomes_rgb() -> None:
    """With equal channels."""
    assert decode(_saved(Image.new("L", (8, 8), 100), "JPEG"), _LIMITS).getpixel((1, 1)) == (100, 100, 100)


def test_cmyk_becomes_rgb() -> None:
    """As printers send their photos."""
    image = decode(_saved(_halves(mode="CMYK"), "JPEG", quality=95), _LIMITS)
    assert _close(image, (5, 20), _RED)
    assert _close(image, (58, 20), _BLUE)


def test_sixteen_bits_keep_their_brightness() -> None:
    """Middle grey stays middle grey instead of being cut off to white; a transparent value is white."""
    grey = np.full((8, 8), 0x8000, np.uint16)
    assert decode(_saved(Image.fromarray(grey), "PNG"), _LIMITS).getpixel((1, 1)) == (128, 128, 128)
    row = b"\0" + b"\x80\x00" * 2 + b"\x12\x34" * 2
    keyed = decode(_png(4, 1, 16, 0, row, (b"tRNS", b"\x12\x34")), _LIMITS)
    assert [keyed.getpixel((x, 0)) for x in (0, 3)] == [(128, 128, 128), _WHITE]


def test_sixteen_bits_of_each_colour() -> None:
    """RGB, RGB with alpha, and grey with alpha, of 16 bits a channel."""
    rgb = decode(_png(1, 1, 16, 2, b"\0\x80\0\x40\0\x20\0"), _LIMITS)
    rgba = decode(_png(1, 1, 16, 6, b"\0\x80\0\x40\0\x20\0\0\0"), _LIMITS)
    grey = decode(_png(1, 1, 16, 4, b"\0\x80\0\xff\xff"), _LIMITS)
    assert [i.getpixel((0, 0)) for i in (rgb, rgba, grey)] == [(128, 64, 32), _WHITE, (128, 128, 128)]


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_of_an_animation_the_first_frame_counts(form: str) -> None:
    """GIF, WebP, APNG and AVIF sequences."""
    frames = [Image.new("RGB", (32, 32), colour) for colour in (_RED, _BLUE, _WHITE)]
    data = _saved(frames[0], form, save_all=True, append_images=frames[1:], duration=100)
    assert _close(decode(data, _LIMITS), (16, 16), _RED, by=20)


def test_several_pictures_in_one_jpeg_give_the_first() -> None:
    """Phones append a second one for depth or brightness (MPO)."""
    first, second = Image.new("RGB", (64, 64), _RED), Image.new("RGB", (64, 64), _BLUE)
    data = _saved(first, "MPO", save_all=True, append_images=[second])
    assert _close(decode(data, _LIMITS), (9, 9), _RED)
    assert decode(data, _LIMITS, min_side_px=32).size == (32, 32)


@pytest.mark.parametrize(
    ("size", "min_side_px", "expected"),
    [
        ((1_000, 800), 100, (125, 100)),
        ((1_000, 800), 101, (250, 200)),
        ((1_000, 800), 200, (250, 200)),
        ((1_000, 800), 201, (500, 400)),
        ((1_000, 800), 500, (1_000, 800)),
        ((1_000, 800), 5_000, (1_000, 800)),
        ((800, 100), 50, (400, 50)),
        ((999, 803), 100, (125, 101)),
    ],
)
def test_a_jpeg_is_decoded_smaller_but_not_too_small(
    size: tuple[int, int], min_side_px: int, expected: tuple[int, int]
) -> None:
    """At a half, a quarter or an eighth, as long as the shorter side keeps so many pixels."""
    data = _saved(_halves(size), "JPEG")
    image = decode(data, _LIMITS, min_side_px=min_side_px)
    assert image.size == expected
    assert _close(image, (2, 2), _RED)
    turned = Image.Exif()
    turned[0x0112] = 6
    upright = decode(_saved(_halves(size), "JPEG", exif=turned), _LIMITS, min_side_px=min_side_px)
    assert upright.size == expected[::-1]


@pytest.mark.parametrize("form", ["PNG", "WEBP", "AVIF", "GIF"])
def test_other_formats_ignore_the_hint(form: str) -> None:
    """They come whole."""
    assert decode(_saved(_halves(), form), _LIMITS, min_side_px=8).size == (64, 48)


@pytest.mark.parametrize("form", _FORMATS)
@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_refused(form: str, part: float) -> None:
    """Not shown with a grey rest, and told apart from a broken one."""
    noise = Image.effect_noise((120, 90), 80).convert("RGB")
    data = _saved(noise, form)
    with pytest.raises(TruncatedImage):
        decode(data[: int(len(data) * part)], _LIMITS)


def test_a_truncated_progressive_jpeg_is_refused() -> None:
    """Though it could be shown, blurred."""
    data = _saved(Image.effect_noise((120, 90), 80), "JPEG", progressive=True)
    for part in (0.3, 0.6, 0.95):
        with pytest.raises(TruncatedImage):
            decode(data[: int(len(data) * part)], _LIMITS, min_side_px=20)


def _overwritten(data: bytes, start: int, end: int) -> bytes:
    return data[:start] + b"\xaa" * (end - start) + data[end:]


@pytest.mark.parametrize(
    ("form", "damage"),
    [
        ("JPEG", lambda data: _overwritten(data, 24, 40)),
        ("PNG", lambda data: _overwritten(data, len(data) // 2, len(data) - 70)),
        ("WEBP", lambda data: _overwritten(data, 24, 40)),
        ("AVIF", lambda data: data.replace(b"av01", b"none")),
        ("GIF", lambda data: data[: len(data) // 2] + bytes(200) + data[len(data) // 2 + 200 :]),
    ],
)
def test_a_broken_file_is_refused(form: str, damage: Callable[[bytes], bytes]) -> None:
    """It has its beginning and its end, and nonsense between them."""
    noise = Image.effect_noise((120, 90), 80).convert("RGB")
    with pytest.raises(BrokenImage) as caught:
        decode(damage(_saved(noise, form)), _LIMITS)
    assert "0x" not in str(caught.value), "no address of an object in memory"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"<!DOCTYPE html><html></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"PK\x03\x04",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        _saved(_halves(), "BMP"),
        _saved(_halves(), "TIFF"),
        _saved(_halves(), "ICO"),
        _saved(_halves(), "PPM"),
        _saved(_halves(), "JPEG2000"),
        _saved(_halves(), "TGA"),
        _saved(_halves(), "PCX"),
    ],
    ids=range(15),
)
def test_other_files_are_no_images(data: bytes) -> None:
    """Pages, documents, and the formats whose decoders are never let near a stranger's bytes."""
    with pytest.raises(NotAnImage):
        decode(data, _LIMITS)


def test_no_other_plugin_is_tried() -> None:
    """A file that begins as one format and is another is not given to the other's decoder."""
    tiff = _saved(_halves(), "TIFF")
    for head in (
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"\0\0\0\x18ftypavif",
    ):
        with pytest.raises((BrokenImage, TruncatedImage, TooManyPixels)):
            decode(head + tiff, _LIMITS)
    # Truevision's format has no mark of its own, so this is whole as one: grey, 8 × 8.
    targa = b"\0\0\x02\x18ftypavif" + struct.pack("<HH", 8, 8) + b"\x18\0" + bytes(600)
    assert Image.open(io.BytesIO(targa), formats=("TGA",)).size == (8, 8)
    with pytest.raises(BrokenImage):
        decode(targa, _LIMITS)


def test_a_polyglot_is_only_its_picture() -> None:
    """A GIF that is a script too, and a JPEG with an archive behind it, give pixels and nothing else."""
    gif = _saved(_halves(), "GIF")
    assert decode(gif + b"*/=1;alert(1)", _LIMITS).size == (64, 48)
    assert decode(_saved(_halves(), "JPEG") + b"PK\x03\x04" * 100, _LIMITS).size == (64, 48)


def _huge_webp() -> bytes:
    body = b"VP8X" + struct.pack("<I", 10) + bytes(4) + (16_382).to_bytes(3, "little") * 2
    body += _saved(_halves(), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _huge_jpeg() -> bytes:
    data = bytearray(_saved(_halves(), "JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", 30_000, 30_000)
    return bytes(data)


def _huge_gif() -> bytes:
    data = bytearray(_saved(_halves(), "GIF"))
    data[6:10] = struct.pack("<HH", 30_000, 30_000)
    return bytes(data)


def _gif_with_a_huge_frame() -> bytes:
    data = bytearray(_saved(_halves(), "GIF"))
    frame = data.index(b",\0\0\0\0")
    data[frame + 5 : frame + 9] = struct.pack("<HH", 65_535, 65_535)
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(lambda: _png(30_000, 30_000, 1, 0, b""), id="png"),
        pytest.param(lambda: _png(10_000, 9_500, 1, 0, b""), id="png that Pillow only warns of"),
        pytest.param(lambda: _png(1_001, 1_000, 1, 0, b""), id="png just over"),
        pytest.param(_huge_jpeg, id="jpeg"),
        pytest.param(_huge_gif, id="gif"),
        pytest.param(_gif_with_a_huge_frame, id="gif frame"),
    ],
)
def test_too_many_pixels_are_refused_before_decoding(data: Callable[[], bytes]) -> None:
    """A few bytes that claim 900 million pixels cost nothing, and Pillow does not warn of them."""
    file = data()
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        with pytest.raises(TooManyPixels) as caught:
            decode(file, _LIMITS)
    assert shown == []
    assert "px" in str(caught.value) or "pixels" in str(caught.value)


def test_a_huge_webp_is_refused() -> None:
    """Its decoder would make room for the canvas before anybody saw its size."""
    with pytest.raises((TooManyPixels, BrokenImage)):
        decode(_huge_webp(), _LIMITS)


def test_the_cap_is_exact() -> None:
    """As many pixels as allowed are decoded."""
    assert decode(_png(1_000, 1_000, 1, 0, bytes(126_000)), _LIMITS).size == (1_000, 1_000)


def test_thousands_of_passes_over_a_jpeg_are_refused() -> None:
    """A scan is as much work as the picture, and takes a few bytes; encoders write some ten."""
    data = _saved(_halves((900, 900)), "JPEG", progressive=True)
    scan = data.rindex(b"\xff\xda")
    bomb = data[:-2] + data[scan:-2] * 1_000 + data[-2:]
    with pytest.raises(TooManyPixels, match="passes"):
        decode(bomb, _LIMITS)


def test_unpacked_text_in_a_png_is_bounded() -> None:
    """A comment of a few kilobytes that unpacks to a gigabyte is not unpacked."""
    bomb = b"comment\0\0" + zlib.compress(bytes(70_000_000), 9)
    data = _png(1, 1, 8, 0, b"\0\0", *[(b"zTXt", bomb)] * 3)
    with pytest.raises(ImageError):
        decode(data, _LIMITS)


def test_warnings_stay_inside() -> None:
    """Neither in threads nor where warnings are errors does Pillow's opinion of a file leave decode."""
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x0f\x01\x02\0\xff\xff\xff\x00\xff\xff\xff\x00\0\0\0\0"
    data = _saved(_halves(), "JPEG", exif=exif)
    failures: list[BaseException] = []

    def many() -> None:
        try:
            for _ in range(20):
                decode(data, _LIMITS)
        # Whatever came out is what the test is about.
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        threads = [threading.Thread(target=many) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []


def test_other_modules_warnings_are_left_alone() -> None:
    """Only Pillow is silenced."""
    decode(_saved(_halves(), "PNG"), _LIMITS)
    with pytest.warns(UserWarning, match="mine"):
        warnings.warn("mine", UserWarning, stacklevel=1)


def test_a_plain_jpeg_is_not_copied() -> None:
    """The most frequent case by far hands on what Pillow decoded, not a conversion of it."""
    assert isinstance(decode(_saved(_halves(), "JPEG"), _LIMITS), ImageFile.ImageFile)
    assert not isinstance(decode(_saved(_halves(mode="L"), "JPEG"), _LIMITS), ImageFile.ImageFile)
