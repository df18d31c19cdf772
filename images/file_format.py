"""What a file's bytes tell without decoding them: its format, and whether it ends early."""

import struct
from enum import StrEnum


class FileFormat(StrEnum):
    """The formats that are read, by Pillow's names."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    AVIF = "AVIF"
    GIF = "GIF"


# mif1 and msf1 are what some writers of AVIF put first; HEIC files too, which then fail to decode.
_AVIF_BRANDS = frozenset((b"avif", b"avis", b"mif1", b"msf1"))
_BOX_HEADER = struct.Struct(">I4s")


def file_format(data: bytes) -> FileFormat | None:
    """The format that a file begins as, if it is one that is read."""
    if data.startswith(b"\xff\xd8\xff"):
        return FileFormat.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileFormat.PNG
    if data.startswith((b"GIF87a", b"GIF89a")):
        return FileFormat.GIF
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return FileFormat.WEBP
    if data[4:8] == b"ftyp" and data[8:12] in _AVIF_BRANDS:
        return FileFormat.AVIF
    return None


def ends_early(data: bytes, form: FileFormat) -> bool:
    """Whether the end that belongs to a format is missing; for a file that could not be decoded."""
    match form:
        case FileFormat.JPEG:
            # A thumbnail in the EXIF data has an end of its own, before the last scan.
            return data.rfind(b"\xff\xd9") <= data.rfind(b"\xff\xda")
        case FileFormat.PNG:
            return b"IEND" not in data[-64:]
        case FileFormat.GIF:
            return not data.rstrip(b"\0").endswith(b";")
        case FileFormat.WEBP:
            return int.from_bytes(data[4:8], "little") + 8 > len(data)
        case FileFormat.AVIF:
            return _boxes_end_early(data)


def jpeg_passes(data: bytes) -> int:
    """How many scans a JPEG has at most, each a pass over all its pixels; markers in metadata count too."""
    return data.count(b"\xff\xda")


def _boxes_end_early(data: bytes) -> bool:
    position = 0
    while position + _BOX_HEADER.size <= len(data):
        size, _ = _BOX_HEADER.unpack_from(data, position)
        if size == 0:
            return False
        if size == 1:
            size = int.from_bytes(data[position + 8 : position + 16], "big")
        if size < _BOX_HEADER.size:
            return False
        position += size
    return position != len(data)
