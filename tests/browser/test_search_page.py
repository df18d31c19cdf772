"""What a person does on the page, and what the page answers."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.actions import PHOTO, failure, hand_over, names
from tests.browser.conftest import HOSTILE, OpenPage, StartShop
from tests.unit.search_api.shop import GREEN, picture
from tests.unit.search_api.test_access import KEYS, SEARCH_KEY
from vector_store import ProductWrite


def test_a_chosen_photo_is_answered_with_products(open_page: OpenPage, shop: str) -> None:
    """Each product comes with its picture, name, maker, price and likeness, and a link to the shop."""
    page = open_page(shop)
    page.set_input_files("#file", PHOTO)
    assert names(page)[:2] == ["Red shirt", "Dark dress"]
    first = page.locator(".card").first
    assert first.locator(".price").inner_text() == "€49.90"
    assert first.locator(".score").inner_text() == "100 % alike"
    assert first.locator(".maker").inner_text() == "Nord · shirt"
    link = first.locator(".name a")
    assert link.get_attribute("href") == "https://shop.example/p/red-shirt"
    assert link.get_attribute("rel") == "noopener noreferrer"
    page.wait_for_function("() => document.querySelector('.card img').naturalWidth > 0")
    page.wait_for_function("() => document.querySelector('#asked-photo').naturalWidth > 0")
    assert page.locator("#said").inner_text() == "4 products, the most alike first"
    expect(page.locator(".card").nth(1).get_by_text("Sold out")).to_be_visible()
    expect(page.locator("#quiet-line")).to_contain_text("ms · index products-c0105eed · model c0105eed")


@pytest.mark.parametrize("how", ["drop", "paste"])
def test_a_photo_may_be_dropped_or_pasted(open_page: OpenPage, shop: str, how: str) -> None:
    """Both work anywhere on the page."""
    page = open_page(shop)
    if how == "drop":
        hand_over(page, "dragenter", picture(GREEN))
        expect(page.locator("body")).to_have_class("over")
        expect(page.locator(".landing")).to_have_css("opacity", "1")
    hand_over(page, how, picture(GREEN))
    assert names(page)[0] == HOSTILE
    expect(page.locator("body")).to_have_class("answered")


def test_a_phone_offers_its_camera(open_page: OpenPage, shop: str) -> None:
    """A photo that was shot is a photo like any other; where there is no finger, nothing is said of it."""
    page = open_page(shop, viewport={"width": 390, "height": 800}, is_mobile=True, has_touch=True)
    expect(page.get_by_text("Take a photo")).to_be_visible()
    assert page.locator("#camera").get_attribute("capture") == "environment"
    page.set_input_files("#camera", PHOTO)
    assert names(page)[0] == "Red shirt"
    expect(open_page(shop).get_by_text("Take a photo")).to_be_hidden()


def test_what_a_shop_wrote_is_text(open_page: OpenPage, shop: str) -> None:
    """Markup in a product's name is shown, not run, on its card and in a question that it is part of."""
    page = open_page(shop)
    page.set_input_files("#file", PHOTO)
    assert HOSTILE in names(page)
    page.get_by_role("button", name=f"More like {HOSTILE}").click()
    expect(page.locator("#examples")).to_contain_text(HOSTILE)
    assert "owned" not in page.title()


def test_only_web_addresses_become_links(
    open_page: OpenPage, start_shop: StartShop, products: list[ProductWrite]
) -> None:
    """Whatever an index says, a product's page is http or https."""
    page = open_page("about:blank")
    page.route("**/find_similar", lambda route: route.fulfill(json=scripted(route.fetch().json())))
    page.goto(f"{start_shop(products)}?product=blue")
    assert "Red shirt" in names(page)
    assert page.locator(".card a[href]").count() == 0


def scripted(answer: dict[str, list[dict[str, dict[str, str]]]]) -> object:
    """The answer with scripts where addresses belong."""
    for hit in answer["hits"]:
        hit["product"]["url"] = "javascript:document.title='owned'"
    return answer


def test_a_picture_that_is_not_there_is_said_to_be_missing(open_page: OpenPage, shop: str) -> None:
    """A broken image leaves no hole; a product without a name goes by its id."""
    page = open_page(shop)
    page.set_input_files("#file", PHOTO)
    card = page.locator(".card", has_text="blue")
    card.scroll_into_view_if_needed()
    expect(card.get_by_text("No picture")).to_be_visible()


def test_an_image_address_is_searched_for(open_page: OpenPage, shop: str) -> None:
    """What is typed as an address is fetched by the API, and stays in the address bar."""
    page = open_page(shop)
    page.route(
        "https://img.example/*", lambda route: route.fulfill(body=picture(GREEN), content_type="image/png")
    )
    page.fill("#text", "https://img.example/green.png")
    page.get_by_role("button", name="Search", exact=True).click()
    assert names(page)[0] == HOSTILE
    assert page.url == f"{shop}?image=https%3A%2F%2Fimg.example%2Fgreen.png"


def test_it_works_by_keyboard_alone(open_page: OpenPage, large_shop: str) -> None:
    """From the address bar on, Tab, Enter, space and arrows are enough, and the focus is never lost."""
    page = open_page(large_shop)
    focused = (
        "document.activeElement.id || document.activeElement.className || document.activeElement.dataset.key"
    )
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "skip"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "file"
    page.keyboard.press("Tab")
    page.keyboard.type("p0")
    page.keyboard.press("Enter")
    assert names(page)[0] == "P1"
    assert page.evaluate(focused) == "results"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.key") == "category=dress"
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Remove filter: dress")).to_be_visible()
    # The filter is shown at once, its answer when it comes.
    expect(page.locator(".card .maker", has_text="skirt")).to_have_count(0)
    assert set(page.locator(".card .maker").all_inner_texts()) == {"Nord · dress", "West · dress"}
    assert page.evaluate("document.activeElement.dataset.key") == "category=dress"
    page.get_by_role("button", name="Less like P1", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove: Less like P1")).to_be_visible()
    assert page.evaluate(focused) == "results"


def test_an_unknown_product_is_said_to_be_unknown(open_page: OpenPage, shop: str) -> None:
    """The API's words are shown."""
    said = failure(open_page(f"{shop}?product=nope"))
    assert "No such product" in said
    assert "There is no product “nope”." in said


def test_a_file_that_is_no_image_is_said_to_be_none(open_page: OpenPage, shop: str) -> None:
    """Whether its name or only its content tells."""
    page = open_page(shop)
    page.set_input_files("#file", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"text"})
    assert "“a.txt” is no image" in failure(page)
    page.get_by_role("button", name="New search").click()
    page.set_input_files("#file", {"name": "a.png", "mimeType": "image/png", "buffer": b"no image at all"})
    expect(page.locator("#notice")).to_contain_text("no image that can be read")


def test_nothing_found_is_said_in_words(open_page: OpenPage, start_shop: StartShop) -> None:
    """An empty shop is no failure."""
    page = open_page(start_shop([]))
    page.set_input_files("#file", PHOTO)
    expect(page.locator("#notice")).to_contain_text("Nothing in this shop looks like it yet.")
    expect(page.locator("#notice")).to_have_class("notice nothing")


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


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (390, "light"), (768, "light"), (1280, "dark")])
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


def test_a_product_can_be_shared_by_its_address(open_page: OpenPage, shop: str) -> None:
    """An address opened afresh shows the product's name and picture, and what is like it."""
    for product_id, name in (("red-shirt", "Red shirt"), ("dark/ä b", "Dark dress")):
        page = open_page(f"{shop}?product={quote(product_id, safe='')}")
        expect(page.get_by_role("heading", name=f"More like {name}")).to_be_visible()
        expect(page.locator("#asked-photo")).to_be_visible()
        expect(page.locator("#box")).to_be_hidden()
        assert len(names(page)) == 3
        assert name in page.title()
