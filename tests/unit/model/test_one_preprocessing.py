"""Training, evaluation and serving see the same pixels of a file, bit for bit."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from images import DecodeLimits, decode
from model.augment import Views
from model.features import view_of
from model.photos import Photo
from model.preprocessing import Preprocessing, Resize
from model.sampling import BatchShape
from model.training_batches import batches


class AsIs(Views):
    """Views that change nothing: not even the JPEG at the end."""

    def of(self, image: Image.Image, random: np.random.Generator) -> Image.Image:
        return image


AS_IS = AsIs()
PREPROCESSING = Preprocessing(size_px=96, resize=Resize.STRETCH, mean=(127.0,) * 3, std=(128.0,) * 3)


def scene(width: int = 900, height: int = 1200) -> Image.Image:
    coarse = np.random.default_rng(2).integers(0, 256, (12, 9, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def with_alpha() -> Image.Image:
    picture = scene(200, 300).convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    return picture


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def turned() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    return saved(scene(), "JPEG", exif=exif)


def sixteen_bits() -> bytes:
    grey = np.asarray(scene(100, 100).convert("L")).astype(np.uint16) * 257
    return saved(Image.fromarray(grey), "PNG")


FILES: dict[str, Callable[[], bytes]] = {
    "JPEG, large": lambda: saved(scene(), "JPEG", quality=90),
    "JPEG, small": lambda: saved(scene(90, 120), "JPEG"),
    "JPEG, turned": turned,
    "JPEG, CMYK": lambda: saved(scene().convert("CMYK"), "JPEG"),
    "JPEG, grey": lambda: saved(scene().convert("L"), "JPEG"),
    "PNG": lambda: saved(scene(), "PNG"),
    "PNG, alpha": lambda: saved(with_alpha(), "PNG"),
    "PNG, palette": lambda: saved(scene(60, 60).convert("P"), "PNG", transparency=3),
    "PNG, grey and alpha": lambda: saved(with_alpha().convert("LA"), "PNG"),
    "PNG, 16 bits": sixteen_bits,
    "PNG, one bit": lambda: saved(scene(60, 60).convert("1"), "PNG"),
    "WebP": lambda: saved(scene(), "WEBP"),
    "WebP, alpha": lambda: saved(with_alpha(), "WEBP"),
    "GIF": lambda: saved(scene(60, 60), "GIF"),
}


@pytest.mark.parametrize("name", FILES)
def test_serving_and_evaluation_prepare_alike(name: str, tmp_path: Path) -> None:
    """Downloaded bytes and the same bytes in a folder of photos become the same pixels."""
    data = FILES[name]()
    path = tmp_path / "photo"
    path.write_bytes(data)
    photo = Photo("photo", path, "hat", "photo", "")

    served = PREPROCESSING.prepare(decode(data, DecodeLimits(), min_side_px=PREPROCESSING.min_side_px))

    assert np.array_equal(view_of(photo, None, 0, PREPROCESSING), served)


@pytest.mark.parametrize("name", ["JPEG, small", "PNG, palette", "GIF"])
def test_training_prepares_what_it_has_varied_alike(name: str, tmp_path: Path) -> None:
    """With views that change nothing, a training batch holds the pixels that serving makes of a photo."""
    data = FILES[name]()
    path = tmp_path / "photo"
    path.write_bytes(data)
    photos = [Photo(str(number), path, "hat", str(number), "") for number in range(2)]
    served = PREPROCESSING.prepare(decode(data, DecodeLimits(), min_side_px=PREPROCESSING.min_side_px))

    found = batches(photos, BatchShape(1, 2), 0, range(1), lambda _step: PREPROCESSING, views=(AS_IS, AS_IS))

    for pixels in next(iter(found)).pixels:
        assert np.array_equal(pixels, served)
