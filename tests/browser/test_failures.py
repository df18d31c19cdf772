"""What the page says when something fails, and how it goes on."""

from playwright.sync_api import Route, expect

from tests.browser.actions import PHOTO, failure, names
from tests.browser.conftest import OpenPage

PROBLEM = {"type": "/problems/too-busy", "title": "Too busy", "detail": "Photos wait too long now."}


def test_a_busy_search_is_asked_again_by_itself(open_page: OpenPage, shop: str) -> None:
    """After the seconds that it asked for, which are counted down."""
    page = open_page(shop)
    left = [2]

    def busy_once(route: Route) -> None:
        if left.pop():
            left.append(0)
            route.fulfill(status=503, headers={"Retry-After": "1"}, json=PROBLEM)
        else:
            left.append(0)
            route.continue_()

    page.route("**/find_similar", busy_once)
    page.set_input_files("#file", PHOTO)
    said = failure(page)
    assert "The search is busy" in said
    assert "Photos wait too long now." in said
    assert "Trying again in 1 s" in said
    assert names(page)[0] == "Red shirt"
    expect(page.locator("#notice")).to_be_hidden()


def test_a_long_wait_is_left_to_the_person(open_page: OpenPage, shop: str) -> None:
    """Nobody has to watch a countdown of minutes."""
    page = open_page(shop)
    page.route(
        "**/find_similar",
        lambda route: route.fulfill(status=429, headers={"Retry-After": "600"}, json=PROBLEM),
    )
    page.set_input_files("#file", PHOTO)
    said = failure(page)
    assert "That was a lot of searches" in said
    assert "Try again in 10 minutes." in said
    page.unroute("**/find_similar")
    page.get_by_role("button", name="Try again").click()
    assert names(page)[0] == "Red shirt"


def test_a_lost_connection_is_said_in_words(open_page: OpenPage, shop: str) -> None:
    """And the next search works again."""
    page = open_page(shop)
    page.route("**/find_similar", lambda route: route.abort())
    page.set_input_files("#file", PHOTO)
    assert "could not be reached" in failure(page)
    page.unroute("**/find_similar")
    page.get_by_role("button", name="Try again").click()
    assert names(page)[0] == "Red shirt"


def test_offline_the_search_waits_for_the_connection(open_page: OpenPage, shop: str) -> None:
    """It goes on by itself."""
    page = open_page(shop)
    page.context.set_offline(True)
    page.set_input_files("#file", PHOTO)
    assert "You are offline" in failure(page)
    page.context.set_offline(False)
    assert names(page)[0] == "Red shirt"


def test_an_answer_without_words_is_still_told(open_page: OpenPage, shop: str) -> None:
    """Such as a proxy's own page."""
    page = open_page(shop)
    page.route("**/find_similar", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    page.set_input_files("#file", PHOTO)
    assert "status 502" in failure(page)


def test_a_failed_page_leaves_the_ones_before(open_page: OpenPage, large_shop: str) -> None:
    """And can be asked for again."""
    page = open_page(f"{large_shop}?product=p0")
    names(page)
    page.route("**/find_similar", lambda route: route.abort())
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("#notice")).to_contain_text("could not be reached")
    assert page.locator(".card").count() == 24
    expect(page.get_by_role("button", name="Show more")).to_be_visible()


def test_while_an_answer_is_on_its_way_its_place_is_held(open_page: OpenPage, shop: str) -> None:
    """Skeletons at first; later the last answer stays, paled, until the next one is there."""
    page = open_page(shop)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/find_similar", hold)
    page.set_input_files("#file", PHOTO)
    expect(page.locator(".card.waiting")).to_have_count(12)
    expect(page.locator("#said")).to_have_text("Looking…")
    held.pop().continue_()
    assert names(page)[0] == "Red shirt"
    page.get_by_role("button", name="More like Dark dress").click()
    expect(page.locator("#grid")).to_have_class("grid stale")
    assert page.locator(".card").count() == 4
    held.pop().continue_()
    expect(page.locator("#grid")).to_have_class("grid")
