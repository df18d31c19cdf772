"""The sheet that people judge by."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.contact_sheet import contact_sheet
from model.errors import TrainingDataInvalid
from model.photos import Photo

GREEN, RED = (30, 140, 60), (200, 40, 40)


def photos(folder: Path, *categories: str) -> list[Photo]:
    """White photos, so that every other colour on the sheet is the sheet's own."""
    found = []
    for number, category in enumerate(categories):
        path = folder / f"{number}.png"
        Image.new("RGB", (30, 40), "white").save(path)
        found.append(Photo(f"{number:08}-rest", path, category, str(number), ""))
    return found


def at_angles(*degrees: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    radians = np.deg2rad(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def frames(sheet: Image.Image, colour: tuple[int, int, int]) -> float:
    return float((np.asarray(sheet) == colour).all(axis=2).sum())


def test_right_and_wrong_are_marked(tmp_path: Path) -> None:
    """A neighbour of the query's category has a green frame, another a red one; never the query itself."""
    sheet = contact_sheet(at_angles(0, 1, 2), photos(tmp_path, "hat", "hat", "shoe"), queries=3)

    # Six neighbours: each hat finds a hat and a shoe, the shoe finds two hats.
    assert frames(sheet, GREEN) / frames(sheet, RED) == pytest.approx(2 / 4, rel=0.15)


def test_there_are_rows_for_the_queries_and_columns_for_ten(tmp_path: Path) -> None:
    """24 rows of eleven at most; fewer where there are fewer photos; the seed decides which."""
    few = contact_sheet(at_angles(0, 1), photos(tmp_path, "hat", "hat"))
    many_photos = photos(tmp_path, *["hat"] * 40)
    many = contact_sheet(at_angles(*range(40)), many_photos)

    assert many.height > 10 * few.height
    assert many.width > 4 * few.width
    assert many.tobytes() == contact_sheet(at_angles(*range(40)), many_photos).tobytes()
    assert many.tobytes() != contact_sheet(at_angles(*range(40)), many_photos, seed=1).tobytes()


def test_a_photo_that_is_none_is_an_error(tmp_path: Path) -> None:
    """A file that cannot be read ends it with the file's name."""
    found = photos(tmp_path, "hat", "hat")
    found[0].path.write_bytes(b"no picture")

    with pytest.raises(TrainingDataInvalid, match=r"0\.png"):
        contact_sheet(at_angles(0, 1), found)
