"""Nothing that axe-core finds fault with, in any state of the page."""

import re
from collections.abc import Callable
from importlib.resources import files

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import PHOTO, names
from tests.browser.conftest import OpenPage

# The package brings axe-core along; only its script is used.
AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
DESKTOP: dict[str, object] = {"viewport": {"width": 1280, "height": 860}}
PHONE: dict[str, object] = {"viewport": {"width": 390, "height": 800}, "is_mobile": True, "has_touch": True}


def start(page: Page) -> None:
    expect(page.locator("#ask")).to_be_visible()


def results(page: Page) -> None:
    page.set_input_files("#file", PHOTO)
    names(page)


def steered(page: Page) -> None:
    results(page)
    page.get_by_role("button", name="Less like P3", exact=True).click()
    expect(page.locator("#examples li")).to_have_count(1)
    names(page)
    with page.expect_response("**/find_similar"):
        page.locator("#box").press("Shift+ArrowLeft")
    expect(page.locator("#whole")).to_be_visible()
    names(page)


def sheet(page: Page) -> None:
    results(page)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label(re.compile("^dress")).check()
    expect(page.locator("#filter-count")).to_have_text("1")


def nothing(page: Page) -> None:
    page.goto(f"{page.url}?product=p0&filter.price.gte=1000&filter.category=dress")
    expect(page.locator("#notice")).to_be_visible()


def failed(page: Page) -> None:
    page.route("**/find_similar", lambda route: route.fulfill(status=401, json={"title": "", "detail": ""}))
    page.set_input_files("#file", PHOTO)
    expect(page.locator("#key-form")).to_be_visible()


def waiting(page: Page) -> None:
    page.route("**/find_similar", lambda _: None)
    page.set_input_files("#file", PHOTO)
    expect(page.locator(".card.waiting")).to_have_count(12)


@pytest.mark.parametrize(("device", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_axe_finds_nothing(open_page: OpenPage, large_shop: str, device: str, scheme: str) -> None:
    """On a desktop and a phone, in light and dark."""
    states: list[Callable[[Page], None]] = [start, results, steered, nothing, failed, waiting]
    if device == "phone":
        states[2] = sheet
    options = {
        **(DESKTOP if device == "desktop" else PHONE),
        "color_scheme": scheme,
        "reduced_motion": "reduce",
    }
    for state in states:
        page = open_page(large_shop, **options)
        state(page)
        page.wait_for_load_state("load")
        assert violations(page) == [], state.__name__
        page.context.close()


def violations(page: Page) -> list[str]:
    """What is wrong, and where."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(
        """async () => (await axe.run()).violations.flatMap(({ id, nodes }) =>
            nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`))"""
    )
    return found
