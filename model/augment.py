"""Another view of a photo, as a shopper's copy of it might look: for training, and to measure recall."""

import dataclasses
import io
import math

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

_GREY = (128, 128, 128)


@dataclasses.dataclass(frozen=True, slots=True)
class Views:
    """A distribution of views; ranges are (lowest, highest), chances between 0 and 1.

    `crop_area`: the part of the picture's area that is kept. `colour`: factors of brightness, contrast and
    saturation. `tint`: factors of each colour channel. `rotation_degrees`: either way. `border`: grey around
    the picture, as a part of its side. `blur_radius_px` counts in pixels of a picture whose shorter side is
    400.
    """

    crop_area: tuple[float, float] = (0.4, 0.9)
    flip_chance: float = 0.5
    colour: tuple[float, float] = (0.6, 1.4)
    tint: tuple[float, float] = (1.0, 1.0)
    blur_radius_px: tuple[float, float] = (0.0, 2.0)
    rotation_degrees: float = 10.0
    border: tuple[float, float] = (0.0, 0.12)
    border_chance: float = 0.5
    jpeg_quality: int = 40

    def of(self, image: Image.Image, random: np.random.Generator) -> Image.Image:
        """One view of an RGB picture, drawn by `random`."""
        image = self._turned(image, random)
        image = self._cropped(image, random)
        if random.random() < self.flip_chance:
            image = ImageOps.mirror(image)
        for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
            image = enhance(image).enhance(random.uniform(*self.colour))
        if self.tint != (1.0, 1.0):
            image = _tinted(image, random.uniform(*self.tint, size=3))
        radius = random.uniform(*self.blur_radius_px) * min(image.size) / 400
        image = image.filter(ImageFilter.GaussianBlur(radius))
        if random.random() < self.border_chance:
            image = ImageOps.expand(image, round(random.uniform(*self.border) * max(image.size)), _GREY)
        return recompressed(image, self.jpeg_quality)

    def _turned(self, image: Image.Image, random: np.random.Generator) -> Image.Image:
        angle = random.uniform(-self.rotation_degrees, self.rotation_degrees)
        return image.rotate(angle, Image.Resampling.BILINEAR, fillcolor=_GREY)

    def _cropped(self, image: Image.Image, random: np.random.Generator) -> Image.Image:
        width, height = image.size
        side = math.sqrt(random.uniform(*self.crop_area))
        stretch = math.sqrt(random.uniform(3 / 4, 4 / 3))
        new_width = min(width, max(8, round(width * side * stretch)))
        new_height = min(height, max(8, round(height * side / stretch)))
        left = int(random.integers(0, width - new_width + 1))
        top = int(random.integers(0, height - new_height + 1))
        return image.crop((left, top, left + new_width, top + new_height))


def _tinted(image: Image.Image, factors: npt.NDArray[np.float64]) -> Image.Image:
    return image.point([min(255, round(factor * value)) for factor in factors for value in range(256)])


def recompressed(image: Image.Image, quality: int) -> Image.Image:
    """The picture as it comes back from a JPEG of that quality."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    buffer.seek(0)
    with Image.open(buffer) as reopened:
        return reopened.convert("RGB")


# A photo saved from the shop, mirrored, trimmed and sent through a messenger.
COPIED = Views(
    crop_area=(0.8, 0.8),
    flip_chance=1.0,
    colour=(1.0, 1.0),
    blur_radius_px=(0.0, 0.0),
    rotation_degrees=0.0,
    border_chance=0.0,
    jpeg_quality=70,
)
# What the headline instance recall is measured under, and what a head on frozen features is trained with.
HARD = Views()
# Fine-tuning sees each photo twice in a batch: nearly as the shop has it, and worse than HARD would make it.
NEARLY_AS_IS = Views(
    crop_area=(0.6, 1.0),
    colour=(0.85, 1.15),
    blur_radius_px=(0.0, 0.5),
    rotation_degrees=5.0,
    border_chance=0.1,
    jpeg_quality=80,
)
HARDER = Views(
    crop_area=(0.3, 0.9),
    colour=(0.5, 1.5),
    tint=(0.8, 1.2),
    blur_radius_px=(0.0, 2.5),
    rotation_degrees=15.0,
    jpeg_quality=40,
)
