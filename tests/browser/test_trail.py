"""More and less like this, further pages, and the way there and back."""

from urllib.parse import quote

from playwright.sync_api import Route, expect

from tests.browser.actions import PHOTO, names
from tests.browser.conftest import OpenPage


def test_more_and_less_like_a_product_steer_the_answer(open_page: OpenPage, large_shop: str) -> None:
    """Each is said above the results, left out of them, in the address bar, and can be taken out again."""
    page = open_page(large_shop)
    page.set_input_files("#file", PHOTO)
    before = names(page)
    page.get_by_role("button", name="Less like P0", exact=True).click()
    expect(page.locator("#examples .unlike")).to_contain_text("Less like P0")
    away = names(page)
    assert "P0" not in away
    assert away != before[1:]
    page.get_by_role("button", name=f"More like {away[3]}", exact=True).click()
    expect(page.locator("#examples li")).to_have_count(2)
    assert page.url == f"{large_shop}?like={away[3].lower()}&unlike=p0"
    assert away[3] not in names(page)
    page.get_by_role("button", name="Remove: Less like P0").click()
    page.get_by_role("button", name=f"Remove: More like {away[3]}").click()
    expect(page.locator("#examples li")).to_have_count(0)
    assert names(page) == before


def test_examples_alone_are_a_question(open_page: OpenPage, large_shop: str) -> None:
    """Shared by address, with the filters; its products are named, although no answer has them."""
    page = open_page(f"{large_shop}?like=p3&unlike=p50&filter.category=dress")
    assert set(names(page)) <= {f"P{place}" for place in range(1, 60, 3)}
    expect(page.get_by_role("heading", name="More like P3", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Remove: Less like P50")).to_be_visible()
    page.get_by_role("button", name="Remove: More like P3").click()
    expect(page.get_by_role("heading", name="Something quite different")).to_be_visible()
    page.get_by_role("button", name="Remove: Less like P50").click()
    expect(page.get_by_role("heading", name="Seen something you like?")).to_be_visible()
    assert page.url == large_shop


def test_further_pages_bring_every_product_once(open_page: OpenPage, large_shop: str) -> None:
    """To the end of the shop, in order; the focus goes on in what was added."""
    page = open_page(large_shop)
    page.set_input_files("#file", PHOTO)
    assert len(names(page)) == 24
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("#said")).to_have_text("The 48 most alike")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("More like ")
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("#said")).to_have_text("60 products, the most alike first")
    shown = names(page)
    assert len(set(shown)) == len(shown) == 60
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()


def test_what_moved_to_the_next_page_is_not_repeated(open_page: OpenPage, large_shop: str) -> None:
    """The index may have changed between two pages."""
    page = open_page(f"{large_shop}?product=p0")
    names(page)

    def repeat(route: Route) -> None:
        answer = route.fetch().json()
        first = {**answer["hits"][0], "product": {**answer["hits"][0]["product"], "id": "p1"}}
        route.fulfill(json={**answer, "hits": [first, *answer["hits"][1:]]})

    page.route("**/find_similar", repeat)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".card")).to_have_count(47)
    assert len(set(names(page))) == 47


def test_back_and_forward_lead_through_the_questions(open_page: OpenPage, shop: str) -> None:
    """A photo's answer is there again at once, although no address holds a photo."""
    page = open_page(shop)
    page.set_input_files("#file", PHOTO)
    before = names(page)
    page.get_by_role("button", name="More like Dark dress").click()
    expect(page.locator("#examples")).to_contain_text("More like Dark dress")
    assert page.url == f"{shop}?like={quote('dark/ä b', safe='')}"
    assert "Dark dress" not in names(page)
    page.go_back()
    expect(page.locator("#examples li")).to_have_count(0)
    assert names(page) == before
    page.go_back()
    expect(page.get_by_role("heading", name="Seen something you like?")).to_be_visible()
    expect(page.locator("#results")).to_be_hidden()
    page.go_forward()
    page.go_forward()
    expect(page.locator("#examples")).to_contain_text("More like Dark dress")
    assert "Dark dress" not in names(page)


def test_back_finds_further_pages_and_the_place_in_them(open_page: OpenPage, large_shop: str) -> None:
    """As people left them."""
    page = open_page(f"{large_shop}?product=p0")
    names(page)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("#said")).to_have_text("The 48 most alike")
    page.evaluate("window.scrollTo(0, 1500)")
    page.get_by_role("button", name="More like P30", exact=True).evaluate("button => button.click()")
    expect(page.locator("#examples li")).to_have_count(1)
    assert page.evaluate("window.scrollY") == 0
    page.go_back()
    expect(page.locator(".card")).to_have_count(48)
    page.wait_for_function("() => window.scrollY > 1400")


def test_a_reload_keeps_a_photos_answer(open_page: OpenPage, large_shop: str) -> None:
    """By its token: the photo itself is gone, and nothing of it was kept."""
    page = open_page(large_shop)
    page.set_input_files("#file", PHOTO)
    before = names(page)
    page.wait_for_function("() => history.state.token")
    page.reload()
    assert names(page) == before
    expect(page.locator("#photo")).to_be_hidden()
