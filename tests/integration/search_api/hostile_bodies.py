"""Bodies that ask for more than they are: bombs, polyglots, and forms without end."""

import io
import struct
import zlib
from dataclasses import dataclass

from PIL import Image, PngImagePlugin

from tests.unit.search_api.shop import RED, picture

FORM = "multipart/form-data; boundary=B"
JSON = "application/json"
PHOTO = "image/jpeg"
# 4,000 × 4,000 transparent pixels, lossless.
TINY_WEBP = bytes.fromhex("524946461a000000574542505650384c0d0000002f9fcfe713071011118888fe0700")


@dataclass(frozen=True, slots=True)
class Hostile:
    """A body, and the statuses that are right for it; 503 too where it may be one too many."""

    name: str
    content_type: str
    body: bytes
    statuses: frozenset[int]


def hostile_bodies() -> list[Hostile]:
    """One of each kind."""
    jpeg, busy = picture(RED, "JPEG"), 503
    cases: list[tuple[str, str, bytes, set[int]]] = [
        ("PNG of 49 megapixels", PHOTO, saved("1", 7_000, "PNG", compress_level=1), {422}),
        ("PNG of 16 megapixels", PHOTO, saved("1", 4_000, "PNG"), {200, busy}),
        ("WebP of 16 megapixels in 34 bytes", PHOTO, TINY_WEBP, {200, busy}),
        ("AVIF of 4.4 megapixels", PHOTO, saved("L", 2_100, "AVIF", speed=10), {200, busy}),
        ("progressive JPEG of 9 megapixels", PHOTO, saved("L", 3_000, "JPEG", progressive=True), {200, busy}),
        ("PNG that says it is 65,535 px wide", PHOTO, png_head(65_535, 65_535), {422}),
        ("PNG of one pixel and 200 MB of text", PHOTO, png_with_text(200_000_000), {200, 422}),
        ("GIF that says it is 65,535 px wide", PHOTO, b"GIF89a" + b"\xff" * 4 + b"\0\0\0;", {422}),
        ("JPEG of 1,000 passes", PHOTO, jpeg[:-2] + jpeg[jpeg.index(b"\xff\xda") :] * 1_000, {200, 422}),
        ("JPEG and ZIP at once", PHOTO, jpeg + b"PK\x03\x04" + bytes(1_000), {200}),
        ("JPEG and HTML at once", PHOTO, jpeg + b"<script>alert(1)</script>", {200}),
        ("GIF and JavaScript at once", PHOTO, b"GIF89a/*" + bytes(64) + b"*/=1;alert(1)", {422}),
        ("SVG", "image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', {422}),
        ("SVG with an entity bomb", PHOTO, b'<!DOCTYPE l [<!ENTITY a "aa">]><svg>&a;</svg>', {422}),
        ("100,000 form parts", FORM, form_parts(100_000), {413}),
        ("a form field of 9 MB", FORM, form_part("limit", "5" * 9_000_000) + b"--B--", {413}),
        ("a part head of 9 MB", FORM, b"--B\r\nX: " + b"a" * 9_000_000, {400, 413}),
        ("JSON of 400,000 brackets", JSON, b"[" * 400_000, {400}),
        ("JSON of 9 MB", JSON, b" " * 9_000_000, {413}),
        ("a compressed body", JSON, zlib.compress(bytes(9_000_000)), {400}),
        ("a body too large", PHOTO, bytes(10_500_000), {413}),
    ]
    return [Hostile(name, kind, body, frozenset(statuses)) for name, kind, body, statuses in cases]


def saved(mode: str, side_px: int, form: str, **options: object) -> bytes:
    """A square picture of one colour."""
    file = io.BytesIO()
    Image.new(mode, (side_px, side_px)).save(file, form, **options)
    return file.getvalue()


def png_head(width: int, height: int) -> bytes:
    """A PNG's first chunk, and no pixels."""
    head = struct.pack(">4sIIBBBBB", b"IHDR", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


def png_with_text(length: int) -> bytes:
    """A small PNG with a comment that is this long when unpacked."""
    packed = zlib.compressobj()
    data = b"".join(packed.compress(bytes(1_000_000)) for _ in range(length // 1_000_000)) + packed.flush()
    info = PngImagePlugin.PngInfo()
    info.add(b"zTXt", b"comment\0\0" + data)
    file = io.BytesIO()
    Image.new("RGB", (1, 1)).save(file, "PNG", pnginfo=info)
    return file.getvalue()


def form_part(name: str, content: str) -> bytes:
    """One field."""
    return f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{content}\r\n'.encode()


def form_parts(count: int) -> bytes:
    """A form of tiny fields."""
    return b"".join(form_part(f"p{n}", "x") for n in range(count)) + b"--B--"
