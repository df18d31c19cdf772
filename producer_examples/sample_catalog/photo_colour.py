"""Names the colour of the garment in a photo, where one colour stands out."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SIDE_PX: Final = 72
# What the photo shows besides the garment is judged by its rim; this far from it (ΔE) is no background.
_BACKGROUND_DISTANCE: Final = 22.0
_MIN_GARMENT_SHARE: Final = 0.15
_MIN_COLOUR_SHARE: Final = 0.45

# Typical garment colours as they look in amateur photos, in sRGB; several may carry one name.
_PALETTE: Final = (
    ("black", (22, 22, 25)),
    ("black", (45, 45, 48)),
    ("grey", (85, 85, 87)),
    ("grey", (120, 120, 121)),
    ("grey", (155, 155, 156)),
    ("white", (200, 199, 198)),
    ("white", (225, 219, 208)),
    ("white", (240, 240, 240)),
    ("navy", (30, 38, 70)),
    ("navy", (42, 52, 88)),
    ("blue", (45, 80, 155)),
    ("blue", (65, 95, 140)),
    ("blue", (85, 100, 125)),
    ("light blue", (125, 145, 172)),
    ("light blue", (145, 175, 208)),
    ("light blue", (175, 190, 206)),
    ("turquoise", (40, 145, 155)),
    ("turquoise", (95, 155, 160)),
    ("turquoise", (140, 205, 205)),
    ("green", (25, 62, 45)),
    ("green", (40, 110, 60)),
    ("green", (100, 150, 85)),
    ("green", (155, 200, 115)),
    ("olive", (70, 72, 48)),
    ("olive", (110, 110, 75)),
    ("olive", (135, 130, 90)),
    ("yellow", (225, 195, 70)),
    ("yellow", (230, 205, 130)),
    ("orange", (215, 110, 45)),
    ("orange", (190, 85, 40)),
    ("red", (165, 30, 40)),
    ("red", (205, 45, 55)),
    ("burgundy", (95, 30, 45)),
    ("burgundy", (75, 30, 38)),
    ("pink", (220, 150, 165)),
    ("pink", (200, 155, 155)),
    ("pink", (215, 80, 125)),
    ("pink", (200, 45, 125)),
    ("purple", (70, 62, 130)),
    ("purple", (100, 65, 125)),
    ("purple", (140, 95, 145)),
    ("beige", (185, 165, 138)),
    ("beige", (210, 190, 160)),
    ("brown", (70, 48, 38)),
    ("brown", (95, 65, 45)),
    ("brown", (135, 95, 65)),
)


def garment_colour(photo: Image.Image) -> str | None:
    """Return the name of the garment's colour, or None where no colour prevails."""
    return _prevailing(garment_lab(photo))


def garment_lab(photo: Image.Image) -> NDArray[np.float64]:
    """Return the pixels of the photo's middle that differ from its rim, as CIE Lab, float64 [n, 3]."""
    small = photo.convert("RGB").resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BOX)
    lab = _to_lab(np.asarray(small, dtype=np.float64) / 255.0)
    rim = np.concatenate([lab[:4].reshape(-1, 3), lab[-4:].reshape(-1, 3), lab[:, :4].reshape(-1, 3)])
    edge = _SIDE_PX // 5
    middle = lab[edge:-edge, edge:-edge].reshape(-1, 3)
    background = np.median(rim, axis=0)
    garment = middle[np.linalg.norm(middle - background, axis=1) > _BACKGROUND_DISTANCE]
    return garment if len(garment) >= _MIN_GARMENT_SHARE * len(middle) else middle


def _prevailing(lab: NDArray[np.float64]) -> str | None:
    distances = np.linalg.norm(lab[:, None, :] - _PALETTE_LAB[None, :, :], axis=2)
    votes = np.bincount(distances.argmin(axis=1), minlength=len(_PALETTE))
    by_name: dict[str, int] = {}
    for (name, _), count in zip(_PALETTE, votes.tolist(), strict=True):
        by_name[name] = by_name.get(name, 0) + count
    name, count = max(by_name.items(), key=lambda item: item[1])
    return name if count >= _MIN_COLOUR_SHARE * len(lab) else None


def _to_lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE Lab under D65, from sRGB in 0 to 1 (IEC 61966-2-1 and CIE 15)."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _RGB_TO_XYZ.T / _WHITE_D65
    scaled = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = scaled[..., 0], scaled[..., 1], scaled[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


_RGB_TO_XYZ: Final = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE_D65: Final = np.array([0.95047, 1.0, 1.08883])
_PALETTE_LAB: Final = _to_lab(np.array([rgb for _, rgb in _PALETTE], dtype=np.float64) / 255.0)
