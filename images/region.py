"""A part of a picture."""

import math
from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle in fractions of a picture's width and height, 0 ≤ left < right ≤ 1, and so from the top."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise ValueError(f"a region is within a picture and not empty, not {self}")

    def shorter_side_px(self, width: int, height: int) -> float:
        """Of this part of a picture of that size."""
        return min((self.right - self.left) * width, (self.bottom - self.top) * height)

    def cut_from(self, picture: Image.Image) -> Image.Image:
        """The part itself, every pixel that it touches: one by one pixel at least."""
        width, height = picture.size
        left, top = (
            min(math.floor(self.left * width), width - 1),
            min(math.floor(self.top * height), height - 1),
        )
        right, bottom = math.ceil(self.right * width), math.ceil(self.bottom * height)
        return picture.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
