"""The pictures of the page in docs/images, taken from a running demo.

    make demo                                                       # in one terminal
    .venv/bin/python docs/take_screenshots.py --photo dress.jpg     # in another

Needs chromium. The photo is looked for in the demo's sample shop: better one that is not in it.
"""

from pathlib import Path

import click
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent / "images"
MAX_BYTES = 300_000
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
_DESKTOP = {"viewport": {"width": 1360, "height": 900}}
_PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 1.5,
}


@click.command()
@click.option("--address", default="http://127.0.0.1:8000/", show_default=True, help="Where the demo serves.")
@click.option("--photo", type=click.Path(exists=True, dir_okay=False), required=True)
@click.option("--chromium", default="/usr/bin/chromium", show_default=True)
def main(address: str, photo: str, chromium: str) -> None:
    """Take them all again."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        for name, scheme, device in (
            ("page-desktop", "light", _DESKTOP),
            ("page-phone", "light", _PHONE),
            ("page-phone-dark", "dark", _PHONE),
        ):
            page = _opened(browser, address, {**device, "color_scheme": scheme})
            page.set_input_files("#file", photo)
            _settle(page)
            if name == "page-desktop":
                _narrow(page)
            elif scheme == "dark":
                page.locator("#open-sheet").tap()
                page.locator("[data-key='category=dress']").check()
                _settle(page)
            _save(page, FOLDER / f"{name}.webp")
        browser.close()


def _opened(browser: Browser, address: str, options: dict[str, object]) -> Page:
    page = browser.new_context(locale="en-GB", **options).new_page()  # type: ignore[arg-type]  # as it takes them
    page.goto(address)
    return page


def _narrow(page: Page) -> None:
    """A box, a filter and an example."""
    frame = page.locator("#frame").bounding_box()
    if frame is None:
        raise click.ClickException("the page shows no photo")
    for step, (x, y) in enumerate(((0.17, 0.14), (0.5, 0.5), (0.87, 0.92))):
        page.mouse.move(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"])
        if step == 0:
            page.mouse.down()
    page.mouse.up()
    _settle(page)
    page.locator("[data-key='in_stock=true']").check()
    _settle(page)
    page.locator(".card .like").nth(1).click()
    _settle(page)
    page.locator(".side").evaluate("side => side.scrollTo(0, 0)")


def _settle(page: Page) -> None:
    """Until the answer and the pictures that are in sight are there, and nothing moves any more."""
    page.wait_for_timeout(600)
    page.locator("#grid[aria-busy=false]:not(.stale) .card").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(900)


def _save(page: Page, path: Path) -> None:
    shot = path.with_suffix(".png")
    page.screenshot(path=shot)
    with Image.open(shot) as image:
        image.convert("RGB").save(path, quality=82, method=6)
    shot.unlink()
    size = path.stat().st_size
    click.echo(f"{path.name}: {size / 1000:.0f} kB")
    if size > MAX_BYTES:
        raise click.ClickException(f"{path.name} has more than {MAX_BYTES // 1000} kB")


if __name__ == "__main__":
    main()
