import io

import pytest
from PIL import Image

from images.file_format import FileFormat, ends_early, file_format, jpeg_passes


def _saved(form: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(file, form, **options)
    return file.getvalue()


@pytest.mark.parametrize("form", list(FileFormat))
def test_formats_are_known_by_their_first_bytes(form: FileFormat) -> None:
    """Each file that Pillow writes is recognised, whole, and missed when its end is cut off."""
    data = _saved(form.value)
    assert file_format(data) is form
    assert not ends_early(data, form)
    assert ends_early(data[: len(data) // 2], form)
    assert ends_early(data[:16], form)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8",
        b"<html>",
        b"%PDF-1.7",
        b"BM",
        b"II*\0",
        b"\0\0\1\0",
        b"RIFF1234WAVE",
        b"\0\0\0\x18ftypheic",
    ],
)
def test_nothing_else_is(data: bytes) -> None:
    """Pages, documents, and the formats of images that are not read."""
    assert file_format(data) is None


def test_what_follows_a_whole_file_does_not_matter() -> None:
    """Some cameras append, and so do those who hide a ZIP behind a picture."""
    assert not ends_early(_saved("JPEG") + b"PK\x03\x04", FileFormat.JPEG)


def test_a_thumbnails_end_is_not_the_pictures() -> None:
    """A cut photo that carries a whole thumbnail ends early."""
    thumbnail = _saved("JPEG")
    data = thumbnail[:2] + b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail + thumbnail[2:]
    assert not ends_early(data, FileFormat.JPEG)
    assert ends_early(data[:-100], FileFormat.JPEG)


def test_passes_are_counted() -> None:
    """One for a plain JPEG, some for a progressive one."""
    assert jpeg_passes(_saved("JPEG")) == 1
    assert 4 < jpeg_passes(_saved("JPEG", progressive=True)) <= 16


@pytest.mark.parametrize(
    "boxes",
    [b"\0\0\0\x08free", b"\0\0\0\0mdat1234", b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x14abcd", b"\0\0\0\x03free"],
)
def test_boxes_of_every_size_are_walked(boxes: bytes) -> None:
    """Sizes of 64 bits, up to the end of the file, and nonsense, which is not an early end."""
    head = b"\0\0\0\x10ftypavif\0\0\0\0"
    assert not ends_early(head + boxes, FileFormat.AVIF)
