"""A folder of photos to learn from: `images.csv` and `images/`."""

import csv
import dataclasses
from pathlib import Path

from PIL import Image

from images import DecodeLimits, RejectedImage, decode
from model.errors import TrainingDataInvalid

_SUFFIXES = ("", ".jpg", ".jpeg", ".png", ".webp")


@dataclasses.dataclass(frozen=True, slots=True)
class Photo:
    """One row of images.csv.

    `instance` names the product where the table has a column `instance` or `product_id`; otherwise each photo
    is a product of its own. `photographer` is empty where the table has no such column.
    """

    image_id: str
    path: Path
    category: str
    instance: str
    photographer: str


def read_photos(data_dir: Path) -> list[Photo]:
    """The photos of a folder, in its table's order (columns: image, category; instance, photographer).

    `image` is a file of `images/`, its ending optional. TrainingDataInvalid: no such table, column or file.
    """
    table = data_dir / "images.csv"
    try:
        with table.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingDataInvalid(f"{table}: cannot be read: {error}") from error
    if not rows:
        raise TrainingDataInvalid(f"{table}: has no rows")
    if absent := {"image", "category"} - rows[0].keys():
        raise TrainingDataInvalid(f"{table}: has no column {' and no column '.join(sorted(absent))}")
    return [_photo(row, number, table) for number, row in enumerate(rows, start=2)]


def _photo(row: dict[str, str | None], line: int, table: Path) -> Photo:
    image_id, category = row["image"], row["category"]
    if not image_id or not category:
        raise TrainingDataInvalid(f"{table}: line {line} has no image or no category")
    folder = table.parent / "images"
    for suffix in _SUFFIXES:
        path = folder / f"{image_id}{suffix}"
        if path.is_file():
            instance = row.get("instance") or row.get("product_id") or image_id
            return Photo(image_id, path, category, instance, row.get("photographer") or "")
    raise TrainingDataInvalid(f"{table}: line {line}: there is no file for {image_id} in {folder}")


def open_photo(path: Path, min_side_px: int | None = None) -> Image.Image:
    """A picture file as RGB, decoded as serving decodes it: turned as its EXIF says, transparency on white.

    `min_side_px`: a JPEG may be decoded at a reduced scale that keeps its shorter side so long. Blocks.
    TrainingDataInvalid.
    """
    try:
        return decode(path.read_bytes(), DecodeLimits(), min_side_px=min_side_px)
    except (OSError, RejectedImage) as error:
        raise TrainingDataInvalid(f"{path}: not a picture that can be read: {error}") from error
