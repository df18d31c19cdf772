"""Preprocessing: geometry, and one canonical text."""

import dataclasses
import json

import numpy as np
import pytest
from PIL import Image

from model.preprocessing import Preprocessing, Resample, Resize

MEAN = (127.0, 127.0, 127.0)
STD = (128.0, 128.0, 128.0)


def preprocessing(resize: Resize, **changes: object) -> Preprocessing:
    plain = Preprocessing(size_px=32, resize=resize, mean=MEAN, std=STD)
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def three_bands() -> Image.Image:
    """96 × 32: a red, a green and a blue square side by side."""
    pixels = np.zeros((32, 96, 3), dtype=np.uint8)
    for band in range(3):
        pixels[:, 32 * band : 32 * (band + 1), band] = 255
    return Image.fromarray(pixels)


@pytest.mark.parametrize("resize", list(Resize))
@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (32, 32), (400, 533), (31, 33)])
def test_any_picture_becomes_a_square_of_bytes(resize: Resize, size: tuple[int, int]) -> None:
    """Every size and shape of picture becomes uint8 [32, 32, 3]."""
    pixels = preprocessing(resize).prepare(Image.new("RGB", size, (10, 20, 30)))

    assert pixels.shape == (32, 32, 3)
    assert pixels.dtype == np.uint8


def test_a_crop_keeps_the_middle() -> None:
    """Of three squares side by side, a crop shows the middle one only."""
    pixels = preprocessing(Resize.CROP).prepare(three_bands())

    assert (pixels == [0, 255, 0]).all()


def test_a_crop_fraction_keeps_less() -> None:
    """A crop of half the shorter side does not see the edge of the square."""
    framed = Image.new("RGB", (64, 64), "white")
    framed.paste(Image.new("RGB", (40, 40), "black"), (12, 12))

    assert preprocessing(Resize.CROP, crop_fraction=0.5).prepare(framed).max() == 0
    assert preprocessing(Resize.CROP).prepare(framed).max() == 255


def test_a_stretch_keeps_everything() -> None:
    """Of three squares side by side, a stretch shows all three."""
    pixels = preprocessing(Resize.STRETCH).prepare(three_bands())

    assert [int(pixels[16, column].argmax()) for column in (4, 16, 28)] == [0, 1, 2]


def test_padding_keeps_the_shape_and_fills_the_rest() -> None:
    """A wide picture lies in the middle, and what is left above and below it has the colour asked for."""
    pixels = preprocessing(Resize.PAD, pad_rgb=(9, 8, 7)).prepare(three_bands())

    assert (pixels[0] == [9, 8, 7]).all()
    assert (pixels[-1] == [9, 8, 7]).all()
    assert [int(pixels[16, column].argmax()) for column in (4, 16, 28)] == [0, 1, 2]


def test_only_rgb_is_taken() -> None:
    """A picture of another mode is refused, since what it would become is the caller's to decide."""
    with pytest.raises(ValueError, match="mode CMYK"):
        preprocessing(Resize.CROP).prepare(Image.new("CMYK", (50, 50)))


def test_text_and_back() -> None:
    """Settings survive their JSON form."""
    one = preprocessing(Resize.PAD, crop_fraction=0.875, resample=Resample.BICUBIC, pad_rgb=(1, 2, 3))

    assert Preprocessing.from_json(one.to_json()) == one


def test_every_setting_is_in_the_digest() -> None:
    """Two settings that differ anywhere have different digests."""
    plain = preprocessing(Resize.CROP)
    others = [
        dataclasses.replace(plain, size_px=64),
        dataclasses.replace(plain, resize=Resize.PAD),
        dataclasses.replace(plain, mean=(0.0, 0.0, 0.0)),
        dataclasses.replace(plain, std=(1.0, 1.0, 1.0)),
        dataclasses.replace(plain, crop_fraction=0.5),
        dataclasses.replace(plain, resample=Resample.BICUBIC),
        dataclasses.replace(plain, pad_rgb=(0, 0, 0)),
    ]

    assert len({one.digest for one in [plain, *others]}) == 1 + len(dataclasses.fields(plain))


@pytest.mark.parametrize(
    "change",
    [
        {"size_px": None},
        {"size_px": 5},
        {"resize": "zoom"},
        {"mean": [1.0, 2.0]},
        {"mean": [float("nan"), 0.0, 0.0]},
        {"std": [0.0, 1.0, 1.0]},
        {"crop_fraction": 2.0},
        {"pad_rgb": [0, 0, 300]},
        {"another": 1},
    ],
)
def test_wrong_text_is_refused(change: dict[str, object]) -> None:
    """A missing, unknown or impossible setting is a ValueError."""
    fields = json.loads(preprocessing(Resize.CROP).to_json()) | change

    with pytest.raises(ValueError, match=r"."):
        Preprocessing.from_json(json.dumps(fields))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "{"])
def test_text_that_is_no_settings_is_refused(text: str) -> None:
    """Anything but a complete JSON object is a ValueError."""
    with pytest.raises(ValueError, match=r"."):
        Preprocessing.from_json(text)


def test_decoders_may_shrink_to_twice_what_is_kept() -> None:
    """`min_side_px` is twice the side that the crop is cut from."""
    assert preprocessing(Resize.CROP).min_side_px == 64
    assert preprocessing(Resize.CROP, crop_fraction=0.5).min_side_px == 128
