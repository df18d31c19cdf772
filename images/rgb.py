"""Whatever mode a file is decoded to becomes RGB, 8 bits a channel, on white."""

import numpy as np
from PIL import Image

_WHITE = (255, 255, 255)


def as_rgb(image: Image.Image) -> Image.Image:
    """The same picture in mode RGB; a loaded one that is plain RGB already is returned as it is.

    Raises what Pillow raises.
    """
    if image.mode.startswith("I"):
        image = _eight_bits(image)
    if image.has_transparency_data:
        # Converting what is RGBA already would copy it: four bytes for each pixel of what may be a bomb.
        layer = image if image.mode == "RGBA" else image.convert("RGBA")
        canvas = Image.new("RGB", image.size, _WHITE)
        canvas.paste(layer, mask=layer)
        return canvas
    return image if image.mode == "RGB" else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits by its upper eight: Pillow's own conversion cuts off everything above 255."""
    wide = np.asarray(image)
    grey = np.clip(wide, 0, 65_535).astype(np.uint16) >> 8
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        grey[wide == transparent] = 255
    return Image.fromarray(grey.astype(np.uint8))
