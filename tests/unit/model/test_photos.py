"""Folders of photos, their split, and views of them."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.augment import COPIED, HARD, recompressed
from model.errors import TrainingDataInvalid
from model.photos import open_photo, read_photos
from model.splits import Part, part_of, photos_of


def folder(tmp_path: Path, table: str, *files: str) -> Path:
    (tmp_path / "images").mkdir()
    for name in files:
        Image.new("RGB", (8, 8)).save(tmp_path / "images" / name)
    (tmp_path / "images.csv").write_text(table, encoding="utf-8")
    return tmp_path


def test_a_table_becomes_photos(tmp_path: Path) -> None:
    """Each row is a photo, its file found with or without an ending; product and photographer where given."""
    table = "image,category,product_id,photographer\na,shirt,p1,7\nb.png,hat,,\n"
    first, second = read_photos(folder(tmp_path, table, "a.jpg", "b.png"))

    assert (first.image_id, first.category, first.instance, first.photographer) == ("a", "shirt", "p1", "7")
    assert first.path == tmp_path / "images" / "a.jpg"
    assert (second.instance, second.photographer, second.path.name) == ("b.png", "", "b.png")


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("", "no rows"),
        ("image,category\n", "no rows"),
        ("image\na\n", "no column category"),
        ("image,category\n,shirt\n", "line 2"),
        ("image,category\na,shirt\nb,hat\n", "line 3: there is no file for b"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_line(tmp_path: Path, table: str, reason: str) -> None:
    """A table without rows, columns or files is an error that says where."""
    with pytest.raises(TrainingDataInvalid, match=reason):
        read_photos(folder(tmp_path, table, "a.jpg"))


def test_a_folder_without_table_is_refused(tmp_path: Path) -> None:
    """A folder without images.csv is an error that names it."""
    with pytest.raises(TrainingDataInvalid, match=r"images\.csv"):
        read_photos(tmp_path)


def test_photos_are_opened_as_people_see_them(tmp_path: Path) -> None:
    """EXIF turns a photo, and what is transparent becomes white."""
    turned, clear = tmp_path / "turned.jpg", tmp_path / "clear.png"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (20, 10), "red").save(turned, exif=exif)
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(clear)

    assert open_photo(turned).size == (10, 20)
    assert open_photo(clear).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0 cut off"])
def test_a_file_that_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file that Pillow cannot read is an error that names it."""
    path = tmp_path / "broken.jpg"
    path.write_bytes(content)

    with pytest.raises(TrainingDataInvalid, match=r"broken\.jpg"):
        open_photo(path)


def test_the_split_is_fixed() -> None:
    """Ids belong to the parts they have always belonged to, and the parts have their sizes."""
    parts = [part_of(f"photo-{number}") for number in range(10_000)]

    assert [part_of(name) for name in ("a", "b", "g")] == [Part.VALIDATION, Part.TRAIN, Part.TEST]
    assert [round(parts.count(part) / 10_000, 1) for part in Part] == [0.7, 0.1, 0.2]


def test_a_products_photos_stay_together(tmp_path: Path) -> None:
    """Photos of one product are all in one part, so that none is tested on what it was trained on."""
    table = "image,category,instance\n" + "".join(f"{number},shirt,one\n" for number in range(20))
    photos = read_photos(folder(tmp_path, table, *(f"{number}.jpg" for number in range(20))))

    assert [len(photos_of(photos, part)) for part in Part if photos_of(photos, part)] == [20]


def test_views_are_drawn_by_their_seed(photo: Image.Image) -> None:
    """The same seed gives the same view, to the byte; another seed another one."""
    one, again, other = (HARD.of(photo, np.random.default_rng(seed)) for seed in (1, 1, 2))

    assert one.tobytes() == again.tobytes()
    assert one.tobytes() != other.tobytes()


@pytest.mark.parametrize("size", [(8, 8), (9, 400), (400, 9), (400, 533)])
def test_any_photo_has_views(size: tuple[int, int]) -> None:
    """Small and narrow photos have views too, in RGB."""
    for seed in range(5):
        assert HARD.of(Image.new("RGB", size, "red"), np.random.default_rng(seed)).mode == "RGB"


def test_a_copy_is_mirrored_and_trimmed() -> None:
    """A copied photo has 80 % of the area, and its left is the photo's right."""
    left_is_white = Image.new("RGB", (200, 100))
    left_is_white.paste("white", (0, 0, 100, 100))
    copy = COPIED.of(left_is_white, np.random.default_rng(0))

    assert copy.size[0] * copy.size[1] == pytest.approx(0.8 * 200 * 100, rel=0.02)
    assert copy.getpixel((0, 50)) < copy.getpixel((copy.size[0] - 1, 50))  # type: ignore[operator]


def test_a_copy_is_recompressed(photo: Image.Image) -> None:
    """What comes back from a JPEG is what Pillow reads from it."""
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=40)
    buffer.seek(0)

    assert recompressed(photo, 40).tobytes() == Image.open(buffer).tobytes() != photo.tobytes()
