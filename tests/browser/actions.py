"""What tests of the page do again and again."""

import base64
from io import BytesIO

from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.unit.search_api.shop import BLUE, RED, Colour, picture

PHOTO: FilePayload = {"name": "photo.png", "mimeType": "image/png", "buffer": picture(RED)}


def halves(left: Colour = RED, right: Colour = BLUE) -> FilePayload:
    """A photo with something else on its left than on its right, 400 × 300 px."""
    image = Image.new("RGB", (400, 300), left)
    image.paste(right, (200, 0, 400, 300))
    file = BytesIO()
    image.save(file, "PNG")
    return {"name": "halves.png", "mimeType": "image/png", "buffer": file.getvalue()}


def names(page: Page) -> list[str]:
    """The names on the cards, once the answer is there."""
    expect(page.locator("#grid")).to_have_attribute("aria-busy", "false")
    expect(page.locator(".card .name").first).to_be_visible()
    return page.locator(".card .name").all_inner_texts()


def hand_over(page: Page, how: str, file: bytes, mime_type: str = "image/png") -> None:
    """Drop or paste a file, as a browser tells a page of it."""
    page.evaluate(
        """([how, data, type]) => {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], "photo", { type }));
            const event = how === "paste"
                ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true })
                : new DragEvent(how, { dataTransfer: transfer, bubbles: true, cancelable: true });
            document.querySelector("main").dispatchEvent(event);
        }""",
        [how, base64.b64encode(file).decode(), mime_type],
    )


def failure(page: Page) -> str:
    """What the page says when it failed."""
    expect(page.locator("#notice")).to_have_class("notice failed")
    assert page.locator(".card").count() == 0
    return page.locator("#notice").inner_text()
