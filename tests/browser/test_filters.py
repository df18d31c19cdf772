"""Filters and facets beside the results, on a desktop and on a phone."""

import re

from playwright.sync_api import Page, Request, Route, expect

from tests.browser.actions import PHOTO, names
from tests.browser.conftest import SOME_RED, OpenPage, StartShop


def counts(page: Page, field: str) -> dict[str, str]:
    """What is said beside each value of a filter."""
    rows: list[tuple[str, str]] = page.locator(f"input[data-key^='{field}=']").evaluate_all(
        """inputs => inputs.map(
            (each) => [each.dataset.key.split("=")[1], each.parentElement.lastChild.textContent])"""
    )
    return dict(rows)


def test_values_of_a_filter_widen_it_and_fields_narrow(open_page: OpenPage, large_shop: str) -> None:
    """Any value of a field will do, every field holds; counts say what each further value would bring."""
    page = open_page(large_shop)
    page.set_input_files("#file", PHOTO)
    names(page)
    assert counts(page, "category") == {"dress": "20", "shirt": "20", "skirt": "20"}
    page.evaluate("window.row = document.querySelector(\"[data-key='category=skirt']\")")
    page.get_by_label(re.compile("^dress")).check()
    expect(page.locator("#chosen")).to_contain_text("dress")
    page.get_by_label(re.compile("^skirt")).check()
    page.get_by_label(re.compile("^In stock")).check()
    page.get_by_label(re.compile("^red")).check()
    expect(page.locator("#said")).to_have_text("10 products, the most alike first")
    places = [int(name.removeprefix("P")) for name in names(page)]
    assert places == [place for place in range(SOME_RED) if place % 3 and place % 4]
    expect(page.locator("input[data-key='category=shirt'] ~ .count")).to_have_text("5")
    # What is pressed must not be replaced between press and release.
    assert page.evaluate("window.row.isConnected && window.row.checked")
    assert counts(page, "category")["dress"] == str(sum(place % 3 == 1 for place in places))
    assert "filter.category=dress&filter.category=skirt&filter.in_stock=true&filter.colour=red" in page.url


def test_prices_are_bounded(open_page: OpenPage, large_shop: str) -> None:
    """From, to, or both, in the shop's currency; a chip takes them out again."""
    page = open_page(large_shop)
    page.set_input_files("#file", PHOTO)
    names(page)
    page.get_by_label("Price: from").fill("20")
    page.get_by_label("Price: to").fill("22.5")
    page.get_by_label("Price: to").press("Enter")
    expect(page.locator("#said")).to_have_text("3 products, the most alike first")
    assert page.locator(".card .price").all_inner_texts() == ["€20.00", "€21.00", "€22.00"]
    page.get_by_role("button", name="Remove filter: 20–22.5 EUR").click()
    expect(page.locator("#said")).to_have_text("The 24 most alike")
    assert page.get_by_label("Price: from").input_value() == ""


def test_a_filter_uploads_no_photo_again(open_page: OpenPage, large_shop: str) -> None:
    """The API knows the photo by a token from its first answer on."""
    page = open_page(large_shop)
    page.set_input_files("#file", PHOTO)
    names(page)
    with page.expect_request("**/find_similar") as sent:
        page.get_by_label(re.compile("^dress")).check()
    assert 'name="query_id"' in text_of(sent.value)
    assert 'name="file"' not in text_of(sent.value)


def text_of(request: Request) -> str:
    return (request.post_data_buffer or b"").decode("latin-1")


def test_a_token_of_another_model_is_renewed_by_the_photo(open_page: OpenPage, large_shop: str) -> None:
    """Nobody notices that the index has changed its model, or the service its secret."""
    page = open_page(large_shop)
    page.set_input_files("#file", PHOTO)
    names(page)
    refused: list[bool] = []

    def refuse_tokens(route: Route) -> None:
        if 'name="query_id"' in text_of(route.request) and not refused:
            refused.append(True)
            route.fulfill(status=410, json={"title": "Outdated", "detail": "Send the photo again."})
        else:
            route.continue_()

    page.route("**/find_similar", refuse_tokens)
    page.get_by_label(re.compile("^dress")).check()
    expect(page.locator("#said")).to_have_text("20 products, the most alike first")
    assert refused


def test_filters_that_leave_nothing_say_so(open_page: OpenPage, large_shop: str) -> None:
    """And can be taken away where that is said."""
    page = open_page(f"{large_shop}?product=p0&filter.price.gte=1000&filter.category=dress")
    expect(page.locator("#notice")).to_contain_text("Nothing passes these filters")
    page.locator("#notice").get_by_role("button", name="Clear filters").click()
    assert names(page)[0] == "P1"
    assert page.url == f"{large_shop}?product=p0"


def test_a_phone_has_its_filters_in_a_sheet(open_page: OpenPage, large_shop: str) -> None:
    """It opens over the results, follows them, and closes by its button, its cross or Escape."""
    page = open_page(large_shop, viewport={"width": 390, "height": 800}, is_mobile=True, has_touch=True)
    page.set_input_files("#file", PHOTO)
    names(page)
    expect(page.locator("#filters")).to_be_hidden()
    page.get_by_role("button", name="Filters").tap()
    page.get_by_label(re.compile("^dress")).tap()
    expect(page.locator("#filter-count")).to_have_text("1")
    expect(page.get_by_label(re.compile("^dress"))).to_be_checked()
    page.get_by_role("button", name="Show the results").tap()
    expect(page.locator("#sheet")).to_be_hidden()
    expect(page.locator("#said")).to_have_text("20 products, the most alike first")
    page.get_by_role("button", name="Filters").tap()
    page.keyboard.press("Escape")
    expect(page.locator("#sheet")).to_be_hidden()


def test_a_long_list_of_values_is_opened_on_demand(open_page: OpenPage, start_shop: StartShop) -> None:
    """The first few are shown; who opens the rest by keyboard goes on in it."""
    page = open_page("about:blank")
    values = [{"value": f"brand {place:02}", "count": 40 - place} for place in range(20)]
    page.goto(start_shop([]))
    answer = {
        "hits": [], "facets": {"brand": values}, "has_more": False, "query_id": "x", "generation": "g",
        "model_version": "m", "timings_ms": {},
    }  # fmt: skip
    page.route("**/find_similar", lambda route: route.fulfill(json=answer))
    page.set_input_files("#file", PHOTO)
    expect(page.locator(".choice:visible")).to_have_count(7)
    page.get_by_role("button", name="All 20").click()
    expect(page.locator(".choice:visible")).to_have_count(20)
    assert page.evaluate("document.activeElement.dataset.key") == "brand=brand 07"
