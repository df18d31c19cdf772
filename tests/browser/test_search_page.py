"""What a person does on the page, and what the page answers."""

import base64
from io import BytesIO
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect
from pytest_httpserver import HTTPServer

from tests.browser.conftest import HOSTILE, OpenPage, StartShop
from tests.unit.search_api.shop import GREEN, RED, picture
from tests.unit.search_api.test_access import KEYS, SEARCH_KEY
from vector_store import ProductWrite

PHOTO: FilePayload = {"name": "photo.png", "mimeType": "image/png", "buffer": picture(RED)}


def names(page: Page) -> list[str]:
    """The names on the cards, once the answer is there."""
    # A card without a name only holds the place of one that is still being looked for.
    expect(page.locator(".card .name").first).to_be_visible()
    expect(page.locator("#grid")).not_to_have_attribute("aria-busy", "true")
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
            document.querySelector("#drop").dispatchEvent(event);
        }""",
        [how, base64.b64encode(file).decode(), mime_type],
    )


def test_a_chosen_photo_is_answered_with_products(open_page: OpenPage, shop: str) -> None:
    """Each product comes with its picture, name, maker, price and likeness, and a link to the shop."""
    page = open_page(shop)
    page.set_input_files("#file", PHOTO)
    assert names(page)[:2] == ["Red shirt", "Dark dress"]
    first = page.locator(".card").first
    assert first.locator(".price").inner_text() == "€49.90"
    assert first.locator(".score").inner_text() == "100 % alike"
    assert first.locator(".maker").inner_text().lower() == "nord · shirt"
    assert first.locator(".name a").get_attribute("href") == "https://shop.example/p/red-shirt"
    page.wait_for_function("document.querySelector('.card img').naturalWidth > 0")
    page.wait_for_function("document.querySelector('#asked-photo').naturalWidth > 0")
    assert page.locator("#said").inner_text() == "4 products found."
    assert "sold out" in page.locator(".card").nth(1).inner_text().lower()


@pytest.mark.parametrize("how", ["drop", "paste"])
def test_a_photo_may_be_dropped_or_pasted(open_page: OpenPage, shop: str, how: str) -> None:
    """Both work anywhere on the page."""
    page = open_page(shop)
    if how == "drop":
        hand_over(page, "dragenter", picture(GREEN))
        expect(page.locator("#drop")).to_have_class("drop over")
    hand_over(page, how, picture(GREEN))
    assert names(page)[0] == HOSTILE
    expect(page.locator("#drop")).to_have_class("drop")


def test_what_a_shop_wrote_is_text(open_page: OpenPage, shop: str) -> None:
    """Markup in a product's name is shown, not run."""
    page = open_page(shop)
    page.set_input_files("#file", PHOTO)
    assert HOSTILE in names(page)
    assert "owned" not in page.title()


def test_a_picture_that_is_not_there_is_said_to_be_missing(open_page: OpenPage, shop: str) -> None:
    """A broken image leaves no hole; a product without a name goes by its id."""
    page = open_page(shop)
    page.set_input_files("#file", PHOTO)
    card = page.locator(".card", has_text="blue")
    card.scroll_into_view_if_needed()
    expect(card.get_by_text("No picture")).to_be_visible()


def test_more_like_this_goes_on_by_product_and_back(open_page: OpenPage, shop: str) -> None:
    """The product is in the address bar and never in its own answer; back shows the photo's answer again."""
    page = open_page(shop)
    page.set_input_files("#file", PHOTO)
    before = names(page)
    page.get_by_role("link", name="More like Dark dress").click()
    expect(page.get_by_role("heading", name="More like Dark dress")).to_be_visible()
    assert page.url == f"{shop}?product={quote('dark/ä b', safe='')}"
    assert "Dark dress" not in names(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Similar to your photo")).to_be_visible()
    assert names(page) == before
    page.go_back()
    expect(page.get_by_role("heading", name="Seen something you like?")).to_be_visible()
    expect(page.locator("#results")).to_be_hidden()
    page.go_forward()
    page.go_forward()
    expect(page.get_by_role("heading", name="More like Dark dress")).to_be_visible()


@pytest.mark.parametrize("product_id", ["red-shirt", "dark/ä b"])
def test_a_product_can_be_shared_by_its_address(open_page: OpenPage, shop: str, product_id: str) -> None:
    """An address opened afresh shows the product's name and picture, and what is like it."""
    page = open_page(f"{shop}?product={quote(product_id, safe='')}")
    name = {"red-shirt": "Red shirt", "dark/ä b": "Dark dress"}[product_id]
    expect(page.get_by_role("heading", name=f"More like {name}")).to_be_visible()
    expect(page.locator("#asked-photo")).to_be_visible()
    assert len(names(page)) == 3
    assert name in page.title()


def test_it_works_by_keyboard_alone(open_page: OpenPage, shop: str) -> None:
    """From the address bar on, Tab and Enter are enough."""
    page = open_page(shop)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "file"
    page.keyboard.press("Tab")
    page.keyboard.type("red-shirt")
    page.keyboard.press("Enter")
    assert names(page)[0] == "Dark dress"
    assert page.evaluate("document.activeElement.id") == "results"
    page.locator(".card .more").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="More like Dark dress")).to_be_visible()


def test_an_image_address_is_searched_for(open_page: OpenPage, shop: str) -> None:
    """What is typed as an address is fetched by the API, and stays in the address bar."""
    page = open_page(shop)
    page.fill("#text", "https://img.example/green.png")
    page.get_by_role("button", name="Search", exact=True).click()
    assert names(page)[0] == HOSTILE
    assert page.url == f"{shop}?image=https%3A%2F%2Fimg.example%2Fgreen.png"


def failure(page: Page) -> str:
    """What the page says when it failed."""
    expect(page.locator("#said")).to_have_class("said failed")
    assert page.locator(".card").count() == 0
    return page.locator("#said").inner_text()


def test_an_unknown_product_is_said_to_be_unknown(open_page: OpenPage, shop: str) -> None:
    """The API's words are shown."""
    assert "there is no product “nope”" in failure(open_page(f"{shop}?product=nope"))


def test_a_file_that_is_no_image_is_said_to_be_none(open_page: OpenPage, shop: str) -> None:
    """Whether its name or only its content tells."""
    page = open_page(shop)
    page.set_input_files("#file", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"text"})
    assert "“a.txt” is no image" in failure(page)
    page.set_input_files("#file", {"name": "a.png", "mimeType": "image/png", "buffer": b"no image at all"})
    expect(page.locator("#said")).to_contain_text("no image that can be read")


def test_nothing_found_is_said_in_words(open_page: OpenPage, start_shop: StartShop) -> None:
    """An empty shop is no failure."""
    page = open_page(start_shop([]))
    page.set_input_files("#file", PHOTO)
    expect(page.locator("#said")).to_have_text("Nothing in this shop looks like it yet.")
    expect(page.locator("#said")).to_have_class("said")


def test_a_lost_connection_is_said_in_words(open_page: OpenPage, shop: str) -> None:
    """And the next search works again."""
    page = open_page(shop)
    page.route("**/find_similar", lambda route: route.abort())
    page.set_input_files("#file", PHOTO)
    assert "could not be reached" in failure(page)
    page.unroute("**/find_similar")
    page.set_input_files("#file", PHOTO)
    assert names(page)[0] == "Red shirt"


def test_a_search_that_needs_a_key_asks_for_it(
    open_page: OpenPage, start_shop: StartShop, products: list[ProductWrite]
) -> None:
    """The key is asked for once, and kept for this window."""
    page = open_page(f"{start_shop(products, search_api_keys=KEYS)}?product=red-shirt")
    assert "needs an API key" in failure(page)
    page.fill("#key", SEARCH_KEY)
    page.keyboard.press("Enter")
    assert names(page)[0] == "Dark dress"
    expect(page.locator("#key-form")).to_be_hidden()
    page.reload()
    assert names(page)[0] == "Dark dress"


def test_a_large_photo_travels_small(open_page: OpenPage, shop: str) -> None:
    """A photo of many megabytes is scaled down before it is sent."""
    reddish = np.random.default_rng(1).integers((200, 0, 0), (240, 40, 40), (2400, 1800, 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(reddish).save(file, "JPEG", quality=95)
    assert len(file.getvalue()) > 2_000_000
    page = open_page(shop)
    with page.expect_request("**/find_similar") as sent:
        page.set_input_files("#file", {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()})
    assert names(page)[0] == "Red shirt"
    assert len(sent.value.post_data_buffer or b"") < 1_000_000


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_window(open_page: OpenPage, shop: str, width: int, scheme: str) -> None:
    """From a small phone on, in light and dark, no one has to scroll sideways, however long the names."""
    page = open_page(
        shop,
        viewport={"width": width, "height": 700},
        color_scheme=scheme,
        is_mobile=width < 700,
        has_touch=True,
    )
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0
    page.set_input_files("#file", PHOTO)
    assert names(page)
    assert page.evaluate(overflow) <= 0
    light = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(250, 248, 244)"
    assert light is (scheme == "light")


def test_the_page_asks_nobody_else(open_page: OpenPage, shop: str, pictures: HTTPServer) -> None:
    """All that it loads comes from the API and the shop's image host."""
    page = open_page("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(shop)
    page.set_input_files("#file", PHOTO)
    assert names(page)
    allowed = (shop, pictures.url_for("/"), "blob:")
    assert [url for url in asked if not url.startswith(allowed)] == []
