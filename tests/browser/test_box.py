"""The box on the photo: what is in it is looked for, and the results follow."""

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser.actions import halves, names
from tests.browser.conftest import OpenPage


def first_name(page: Page) -> Locator:
    return page.locator(".card .name").first


def photo_area(page: Page) -> FloatRect:
    page.wait_for_function("() => document.querySelector('#asked-photo').naturalWidth > 0")
    area = page.locator("#frame").bounding_box()
    assert area is not None
    return area


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """With the mouse, between points of the photo given as fractions of it."""
    area = photo_area(page)
    page.mouse.move(area["x"] + start[0] * area["width"], area["y"] + start[1] * area["height"])
    page.mouse.down()
    page.mouse.move(area["x"] + end[0] * area["width"], area["y"] + end[1] * area["height"], steps=4)
    page.mouse.up()


def test_a_box_drawn_with_the_mouse_is_what_is_looked_for(open_page: OpenPage, shop: str) -> None:
    """The results follow it, it can be moved, and the whole photo is one click away."""
    page = open_page(shop)
    page.set_input_files("#file", halves())
    names(page)
    drag(page, (0.15, 0.25), (0.4, 0.9))
    expect(first_name(page)).to_have_text("Red shirt")
    expect(page.locator(".card .score").first).to_have_text("100 % alike")
    drag(page, (0.2, 0.5), (0.75, 0.5))
    expect(first_name(page)).to_have_text("blue")
    expect(page.locator(".card .score").first).to_have_text("100 % alike")
    page.get_by_role("button", name="Whole photo").click()
    expect(page.locator(".card .score").first).not_to_have_text("100 % alike")
    expect(page.locator("#box")).to_have_class("box whole")


def test_a_filter_right_after_a_box_loses_neither(open_page: OpenPage, shop: str) -> None:
    """Although the box did not rest long enough to be looked for by itself."""
    page = open_page(shop)
    page.set_input_files("#file", halves())
    names(page)
    page.clock.install()
    drag(page, (0.15, 0.25), (0.4, 0.9))
    page.get_by_role("checkbox", name="Sold out").check()
    expect(page.locator("#said")).to_have_text("One product")
    assert names(page) == ["Dark dress"]
    page.get_by_role("button", name="Remove filter: Sold out").click()
    expect(first_name(page)).to_have_text("Red shirt")
    expect(page.locator("#box")).to_have_class("box")


def test_a_corner_resizes_the_box(open_page: OpenPage, shop: str) -> None:
    """From the photo's own corner inwards, with the other corner where it was."""
    page = open_page(shop)
    page.set_input_files("#file", halves())
    names(page)
    drag(page, (0.97, 0.96), (0.45, 0.8))
    expect(first_name(page)).to_have_text("Red shirt")
    assert page.locator("#box").evaluate("box => [box.style.left, box.style.top]") == ["0%", "0%"]


def test_the_box_is_moved_and_resized_by_keyboard(open_page: OpenPage, shop: str) -> None:
    """Arrows move it, Shift and arrows resize it, Escape takes the whole photo; what they do is said."""
    page = open_page(shop)
    page.set_input_files("#file", halves())
    names(page)
    page.locator("#box").focus()
    expect(page.locator("#box-hint")).to_be_visible()
    for _ in range(15):
        page.keyboard.press("Shift+ArrowLeft")
    expect(first_name(page)).to_have_text("Red shirt")
    for _ in range(15):
        page.keyboard.press("ArrowRight")
    expect(first_name(page)).to_have_text("blue")
    page.keyboard.press("Escape")
    expect(page.locator(".card .score").first).not_to_have_text("100 % alike")
    assert page.evaluate("document.activeElement.id") == "box"


def test_a_finger_drags_a_corner(open_page: OpenPage, shop: str) -> None:
    """And anywhere else on the whole photo it scrolls the page, as everywhere."""
    page = open_page(shop, viewport={"width": 390, "height": 800}, is_mobile=True, has_touch=True)
    page.set_input_files("#file", halves())
    names(page)
    area = photo_area(page)
    touch = page.context.new_cdp_session(page)

    def swipe(start: tuple[float, float], end: tuple[float, float]) -> None:
        points = [
            {"x": area["x"] + x * area["width"], "y": area["y"] + y * area["height"]}
            for x, y in (start, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), end)
        ]
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
        for point in points[1:]:
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    swipe((0.4, 0.5), (0.6, 0.5))
    expect(page.locator("#box")).to_have_class("box whole")
    swipe((0.95, 0.95), (0.45, 0.85))
    expect(page.locator("#box")).to_have_class("box")
    expect(first_name(page)).to_have_text("Red shirt")


def test_while_a_box_is_dragged_few_questions_are_asked(open_page: OpenPage, shop: str) -> None:
    """The box has to rest a moment: not every pixel is a search."""
    page = open_page(shop)
    page.set_input_files("#file", halves())
    names(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "find_similar" in request.url else None)
    area = photo_area(page)
    page.mouse.move(area["x"] + 5, area["y"] + 60)
    page.mouse.down()
    page.evaluate(
        """([x, y]) => {
            const frame = document.querySelector("#frame");
            for (let step = 0; step < 60; step += 1) {
                const at = { clientX: x + step, clientY: y + step };
                frame.dispatchEvent(new PointerEvent("pointermove", at));
            }
        }""",
        [area["x"] + 15, area["y"] + 70],
    )
    page.mouse.up()
    expect(first_name(page)).to_have_text("Red shirt")
    assert len(asked) == 1


@pytest.mark.parametrize("kind", ["box", "filter"])
def test_a_late_answer_never_replaces_a_newer_one(open_page: OpenPage, shop: str, kind: str) -> None:
    """Even one that could not be called off."""
    page = open_page(shop)
    page.set_input_files("#file", halves())
    before = names(page)
    page.evaluate(
        """() => {
            const real = window.fetch;
            window.held = [];
            window.fetch = (url, { signal, ...options }) => {
                const answer = real(url, options);
                if (window.held.length) return answer;
                return new Promise((resolve) => window.held.push(() => resolve(answer)));
            };
        }"""
    )
    if kind == "box":
        drag(page, (0.15, 0.25), (0.4, 0.9))
    else:
        page.get_by_role("checkbox", name="Sold out").check()
    page.wait_for_function("() => window.held.length === 1")
    if kind == "box":
        drag(page, (0.2, 0.5), (0.75, 0.5))
    else:
        page.get_by_role("checkbox", name="Sold out").uncheck()
    wanted = "blue" if kind == "box" else before[0]
    expect(first_name(page)).to_have_text(wanted)
    shown = names(page)
    page.evaluate("window.held[0]()")
    page.wait_for_load_state("networkidle")
    assert names(page) == shown
