"""The documentation page: everything of /openapi.json, without another server, on any screen."""

import json
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import violations


def description_of(shop: str) -> dict[str, dict[str, dict[str, object]]]:
    with urllib.request.urlopen(f"{shop}openapi.json", timeout=20) as answer:  # noqa: S310 (our own server)
        described: dict[str, dict[str, dict[str, object]]] = json.loads(answer.read())
    return described


def test_every_operation_parameter_and_shape_is_there(shop: str, open_page: OpenPage) -> None:
    """What the description says, the page shows, and every link within it leads somewhere."""
    described = description_of(shop)
    page = open_page(f"{shop}docs")
    expect(page.locator("#find_similar h2")).to_have_text("POST/find_similar")
    for path, methods in described["paths"].items():
        for operation in methods.values():
            assert isinstance(operation, dict)
            section = page.locator(f"#{operation['operationId']}")
            expect(section.locator("h2 code")).to_have_text(path)
            for parameter in operation.get("parameters", []):
                expect(section.get_by_text(parameter["name"], exact=True).first).to_be_attached()
            for status in operation["responses"]:
                expect(section.get_by_text(status, exact=True).first).to_be_attached()
    for name in described["components"]["schemas"]:
        expect(page.locator(f"section[id='{name}'] h2")).to_have_text(name)
    targets = page.eval_on_selector_all("a[href^='#']", "links => links.map((link) => link.hash.slice(1))")
    missing = page.evaluate("ids => ids.filter((id) => !document.getElementById(id))", targets)
    assert len(targets) > 30
    assert missing == []


def test_an_address_names_a_place(shop: str, open_page: OpenPage) -> None:
    """A link to one operation, as colleagues send it, shows that one."""
    page = open_page(f"{shop}docs#product")
    expect(page.locator("#product h2")).to_be_in_viewport()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_the_screen_and_everyone(shop: str, open_page: OpenPage, width: int, scheme: str) -> None:
    """Nothing but listings scrolls sideways, light and dark follow the system, axe-core finds no fault."""
    page = open_page(
        f"{shop}docs", viewport={"width": width, "height": 780}, color_scheme=scheme, locale="en-GB"
    )
    expect(page.locator("#find_similar h2")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(250, 248, 244)" if scheme == "light" else "rgb(21, 20, 18)")
    assert violations(page) == []


def test_a_failure_is_told(shop: str, open_page: OpenPage) -> None:
    """Where the description cannot be read, the page says so instead of staying empty."""
    page = open_page("about:blank")
    page.route("**/openapi.json", lambda route: route.fulfill(status=503, body="{}"))
    page.goto(f"{shop}docs")
    expect(page.locator("#said")).to_contain_text("could not be read (status 503)")
