"""How a picture becomes the pixels that a network sees: the same in training and in serving."""

import dataclasses
import hashlib
import json
import math
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]
Rgb = tuple[float, float, float]


class Resize(StrEnum):
    """What happens to a picture that is not square."""

    CROP = "crop"
    PAD = "pad"
    STRETCH = "stretch"


class Resample(StrEnum):
    """Which filter scales a picture; both are antialiased when they shrink it."""

    BILINEAR = "bilinear"
    BICUBIC = "bicubic"


_FILTERS = {Resample.BILINEAR: Image.Resampling.BILINEAR, Resample.BICUBIC: Image.Resampling.BICUBIC}


@dataclasses.dataclass(frozen=True, slots=True)
class Preprocessing:
    """From an RGB picture of any size to `size_px` × `size_px` pixels, and the numbers that normalise them.

    The geometry is done here, on the CPU, by Pillow. `mean` and `std` (per channel, on the 0–255 scale) are
    applied inside the exported graph, so that what travels to it is one byte a channel.

    `crop_fraction` is the part of the shorter side that a crop keeps (torchvision's "resize to 256, crop 224"
    is 0.875); `pad_rgb` fills what a padded picture leaves empty.
    """

    size_px: int
    resize: Resize
    mean: Rgb
    std: Rgb
    crop_fraction: float = 1.0
    resample: Resample = Resample.BILINEAR
    pad_rgb: tuple[int, int, int] = (255, 255, 255)

    def __post_init__(self) -> None:
        if not 16 <= self.size_px <= 2048:
            raise ValueError(f"size_px must be between 16 and 2048, not {self.size_px}")
        if not 0.1 <= self.crop_fraction <= 1.0:
            raise ValueError(f"crop_fraction must be between 0.1 and 1, not {self.crop_fraction}")
        if not all(math.isfinite(value) for value in self.mean):
            raise ValueError(f"mean must be three finite numbers, not {self.mean}")
        if not all(math.isfinite(value) and value > 0 for value in self.std):
            raise ValueError(f"std must be three positive numbers, not {self.std}")
        if not all(0 <= value <= 255 for value in self.pad_rgb):
            raise ValueError(f"pad_rgb must be three bytes, not {self.pad_rgb}")

    @property
    def min_side_px(self) -> int:
        """The shorter side, in pixels, below which a decoder should not shrink a picture before `prepare`.

        Twice what the network sees: a JPEG decoded at a reduced scale is still shrunk by our own filter.
        """
        return 2 * math.ceil(self.size_px / self.crop_fraction)

    @property
    def digest(self) -> str:
        """16 hex digits that differ whenever any of these settings does."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    def prepare(self, image: Image.Image) -> Pixels:
        """Scale a picture of mode RGB to uint8 [size_px, size_px, 3]. ValueError for another mode."""
        if image.mode != "RGB":
            raise ValueError(f"an RGB picture is needed, not mode {image.mode}")
        match self.resize:
            case Resize.CROP:
                square = self._cropped(image)
            case Resize.PAD:
                square = self._padded(image)
            case Resize.STRETCH:
                square = image.resize((self.size_px, self.size_px), _FILTERS[self.resample])
        return np.array(square, dtype=np.uint8)

    def _cropped(self, image: Image.Image) -> Image.Image:
        width, height = image.size
        side = min(width, height) * self.crop_fraction
        left, top = (width - side) / 2, (height - side) / 2
        box = (left, top, left + side, top + side)
        return image.resize((self.size_px, self.size_px), _FILTERS[self.resample], box=box)

    def _padded(self, image: Image.Image) -> Image.Image:
        scale = self.size_px / max(image.size)
        width, height = (max(1, round(side * scale)) for side in image.size)
        canvas = Image.new("RGB", (self.size_px, self.size_px), self.pad_rgb)
        corner = ((self.size_px - width) // 2, (self.size_px - height) // 2)
        canvas.paste(image.resize((width, height), _FILTERS[self.resample]), corner)
        return canvas

    def to_json(self) -> str:
        """These settings as one canonical line: equal settings give equal text."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Preprocessing":
        """The inverse of `to_json`. ValueError for anything that `to_json` would not write."""
        fields: Any = json.loads(text)
        if not isinstance(fields, dict):
            raise ValueError("preprocessing must be a JSON object")
        try:
            return cls(
                size_px=int(fields.pop("size_px")),
                resize=Resize(fields.pop("resize")),
                mean=_three(fields.pop("mean")),
                std=_three(fields.pop("std")),
                crop_fraction=float(fields.pop("crop_fraction")),
                resample=Resample(fields.pop("resample")),
                pad_rgb=_three_bytes(fields.pop("pad_rgb")),
                **fields,
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"preprocessing is incomplete or unknown: {error}") from error


def _three(values: Any) -> Rgb:
    first, second, third = (float(value) for value in values)
    return first, second, third


def _three_bytes(values: Any) -> tuple[int, int, int]:
    first, second, third = (int(value) for value in values)
    return first, second, third
