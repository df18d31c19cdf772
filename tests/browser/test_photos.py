"""Photos become smaller and upright in the browser, before they travel."""

import base64
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.browser.actions import names
from tests.browser.conftest import OpenPage, StartShop
from tests.unit.search_api.shop import RED, picture
from vector_store import ProductWrite

SMALLER = """async ([data, type]) => {
    const { smaller } = await import("/static/photos.js");
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const blob = await smaller(new File([bytes], "photo", { type }));
    const reader = new FileReader();
    await new Promise((resolve) => { reader.onload = resolve; reader.readAsDataURL(blob); });
    return [blob.type, reader.result.split(",")[1]];
}"""


def photo(width: int, height: int, *, orientation: int = 1) -> bytes:
    """A JPEG of noise, whose upper half is red and whose lower half is blue before it is turned."""
    noise = np.random.default_rng(1).integers(0, 60, (height, width, 3), dtype=np.uint8)
    noise[: height // 2, :, 0] += 180
    noise[height // 2 :, :, 2] += 180
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    Image.fromarray(noise).save(file, "JPEG", quality=95, exif=exif)
    return file.getvalue()


def smaller(open_page: OpenPage, shop: str, file: bytes, mime_type: str) -> tuple[str, bytes]:
    kind, data = open_page(shop).evaluate(SMALLER, [base64.b64encode(file).decode(), mime_type])
    return kind, base64.b64decode(data)


def test_a_large_photo_travels_small_and_upright(open_page: OpenPage, shop: str) -> None:
    """1024 px a side, a JPEG, turned as its camera said."""
    file = photo(2400, 1800, orientation=6)
    kind, data = smaller(open_page, shop, file, "image/jpeg")
    sent = Image.open(BytesIO(data))
    assert kind == "image/jpeg"
    assert sent.size == (768, 1024)
    assert len(data) < len(file) / 4
    # A quarter turn to the right: what was up is right.
    right, left = sent.getpixel((700, 500)), sent.getpixel((60, 500))
    assert isinstance(right, tuple)
    assert isinstance(left, tuple)
    assert right[0] > right[2]
    assert left[2] > left[0]
    assert 0x0112 not in sent.getexif()


@pytest.mark.parametrize("content", ["small", "unreadable"])
def test_what_is_small_or_unreadable_travels_as_it_is(open_page: OpenPage, shop: str, content: str) -> None:
    """Nothing is gained by another JPEG, and the API knows more forms than a browser."""
    file = picture(RED) if content == "small" else b"no image at all"
    assert smaller(open_page, shop, file, "image/png") == ("image/png", file)


def test_a_form_that_the_api_does_not_read_becomes_a_jpeg(open_page: OpenPage, shop: str) -> None:
    """Where the browser reads it, as phones' browsers read what their cameras write."""
    kind, data = smaller(open_page, shop, picture(RED, "BMP"), "image/bmp")
    assert kind == "image/jpeg"
    assert Image.open(BytesIO(data)).format == "JPEG"


def test_a_photo_beyond_the_limit_is_searched_for(
    open_page: OpenPage, start_shop: StartShop, products: list[ProductWrite]
) -> None:
    """What a phone's camera writes need not fit the API's limit."""
    file = photo(2400, 1800)
    page = open_page(start_shop(products, search_api_max_body_bytes=len(file) // 2))
    page.set_input_files("#file", {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": file})
    assert len(names(page)) == 4
