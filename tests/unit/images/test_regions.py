"""Parts of pictures: of the picture as it is seen, decoded as large as they need."""

from io import BytesIO

import pytest
from PIL import Image

from images import DecodeLimits, Region, RejectedImage, decode, seen_size_px


def two_colours(form: str, width: int, height: int, orientation: int = 1) -> bytes:
    """Red on the left half, blue on the right, as stored."""
    image = Image.new("RGB", (width, height), (200, 0, 0))
    image.paste((0, 0, 200), (width // 2, 0, width, height))
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    image.save(file, form, exif=exif)
    return file.getvalue()


RIGHT_HALF = Region(0.5, 0, 1, 1)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_region_is_cut_out(form: str) -> None:
    """Of the size that it has in the picture, whatever the format."""
    part = decode(two_colours(form, 640, 480), DecodeLimits(), region=RIGHT_HALF)
    assert part.size == (320, 480)
    red, green, blue = part.resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]  # of an RGB picture
    assert (red < 20, green < 20, blue > 150) == (True, True, True)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_region_is_of_the_turned_picture(orientation: int) -> None:
    """What is blue to the eye is blue in the part: the same as cutting the picture that was decoded whole."""
    data = two_colours("JPEG", 64, 48, orientation)
    whole = decode(data, DecodeLimits())
    assert seen_size_px(data) == whole.size
    region = Region(0.25, 0.5, 1, 1)
    assert decode(data, DecodeLimits(), region=region).tobytes() == region.cut_from(whole).tobytes()


def test_a_small_region_of_a_jpeg_is_decoded_large_enough() -> None:
    """The region keeps the pixels that are asked for, where the whole picture needs only a fraction."""
    data = two_colours("JPEG", 1600, 1200)
    assert decode(data, DecodeLimits(), min_side_px=150).size == (200, 150)
    tenth = Region(0.4, 0.4, 0.6, 0.6)
    assert decode(data, DecodeLimits(), min_side_px=150, region=tenth).size == (320, 240)
    assert decode(data, DecodeLimits(), min_side_px=100, region=tenth).size == (160, 120)


def test_a_region_of_a_huge_jpeg_costs_no_more_than_the_photo() -> None:
    """It is decoded at a fraction all the same, so that a box is no way to ask for much memory."""
    data = two_colours("JPEG", 6000, 4000)
    tenth = Region(0.4, 0.4, 0.6, 0.6)
    assert decode(data, DecodeLimits(), min_side_px=600, region=tenth).size == (300, 200)


def test_a_region_has_a_pixel_at_least() -> None:
    """However small it is, and wherever."""
    for left in (0.0, 0.3, 1 - 1e-9):
        region = Region(left, left, left + 1e-10, left + 1e-10)
        assert decode(two_colours("PNG", 30, 20), DecodeLimits(), min_side_px=9, region=region).size == (1, 1)
    assert decode(two_colours("JPEG", 30, 20), DecodeLimits(), min_side_px=9, region=region).size == (1, 1)


@pytest.mark.parametrize(
    "sides", [(0, 0, 0, 1), (0.5, 0, 0.4, 1), (-0.1, 0, 1, 1), (0, 0, 1, 1.1), (0, 1, 1, 1)]
)
def test_an_empty_region_is_none(sides: tuple[float, float, float, float]) -> None:
    """Nor is one that reaches out of the picture."""
    with pytest.raises(ValueError, match="region"):
        Region(*sides)


@pytest.mark.parametrize("data", [b"", b"no picture", two_colours("JPEG", 30, 20)[:20]])
def test_what_is_no_picture_has_no_size(data: bytes) -> None:
    """It is the error that decoding would raise."""
    with pytest.raises(RejectedImage):
        seen_size_px(data)
