"""The page in a real browser, over the real API on a small shop."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_httpserver import HTTPServer
from werkzeug import Response

from search_api.app import create_app
from search_api.server import serve
from tests.ci import skip_or_fail
from tests.contract.memory_store import MemoryStore
from tests.unit.search_api.shop import (
    BLUE,
    DARK_RED,
    GREEN,
    RED,
    Colour,
    FakeHost,
    picture,
    product_write,
    promoted_index,
    shop_parts,
    shop_settings,
)
from vector_store import ProductWrite

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"

SOME_RED = 20
"""How many products of the assortment are red by name."""

OpenPage = Callable[..., Page]
StartShop = Callable[..., str]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One chromium for all tests."""
    if not CHROMIUM.exists():
        skip_or_fail(f"the page's tests need {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def pictures(httpserver: HTTPServer) -> HTTPServer:
    """The shop's image host."""
    for name, colour in (("red", RED), ("dark", DARK_RED), ("green", GREEN), ("blue", BLUE)):
        httpserver.expect_request(f"/{name}.png").respond_with_data(picture(colour), content_type="image/png")
    httpserver.expect_request(re.compile("/plain/[0-9a-f]{6}.png")).respond_with_handler(
        lambda request: Response(picture(_colour_of(request.path)), content_type="image/png")
    )
    return httpserver


def _colour_of(path: str) -> Colour:
    red, green, blue = bytes.fromhex(path.removeprefix("/plain/").removesuffix(".png"))
    return red, green, blue


@pytest.fixture
def products(pictures: HTTPServer) -> list[ProductWrite]:
    """What the shop sells."""
    address = pictures.url_for
    return [
        product_write(
            "red-shirt",
            {address("/red.png"): RED},
            name="Red shirt",
            brand="Nord",
            category="shirt",
            price=49.9,
            currency="EUR",
            in_stock=True,
            url="https://shop.example/p/red-shirt",
        ),
        product_write("dark/ä b", {address("/dark.png"): DARK_RED}, name="Dark dress", in_stock=False),
        product_write("green", {address("/green.png"): GREEN}, name=HOSTILE, brand="W" * 300, price=3),
        product_write("blue", {address("/gone.png"): BLUE}),
    ]


@pytest.fixture
def assortment(pictures: HTTPServer) -> list[ProductWrite]:
    """Sixty products from red to blue, of three categories and two brands: "P0" is the reddest."""

    def product(place: int) -> ProductWrite:
        colour = (235 - 3 * place, 20, 20 + 3 * place)
        return product_write(
            f"p{place}",
            {pictures.url_for(f"/plain/{bytes(colour).hex()}.png"): colour},
            name=f"P{place}",
            category=("shirt", "dress", "skirt")[place % 3],
            brand=("Nord", "West")[place % 2],
            price=10 + place,
            currency="EUR",
            in_stock=place % 4 != 0,
            shop_attributes={"colour": "red" if place < SOME_RED else "blue"},
        )

    return [product(place) for place in range(60)]


@pytest.fixture
def start_shop(pictures: HTTPServer, tmp_path: Path) -> Iterator[StartShop]:
    """Starts the API over some products, and gives its address."""
    servers = []

    def start(products: list[ProductWrite], **settings: object) -> str:
        store = MemoryStore()
        promoted_index(store).write(products)
        host = FakeHost()
        host.answers["https://img.example/green.png"] = picture(GREEN)
        given = shop_settings(tmp_path, image_local_hosts=f"{pictures.host}:{pictures.port}", **settings)
        server = serve(create_app(shop_parts(store, host), given), "127.0.0.1", 0)
        servers.append(server)
        server.start()
        return f"http://127.0.0.1:{server.port}/"

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def shop(start_shop: StartShop, products: list[ProductWrite]) -> str:
    """The address of the sample shop."""
    return start_shop(products)


@pytest.fixture
def large_shop(start_shop: StartShop, assortment: list[ProductWrite]) -> str:
    """The address of the shop with sixty products."""
    return start_shop(assortment)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens an address in a window of its own.

    Whatever its scripts complain about fails the test, and so does a request to anybody but the shop and its
    image host.
    """
    contexts, complaints, hosts = [], [], set()

    def listen(page: Page) -> None:
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)

    def opened(address: str, **options: object) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB")
        if options:
            context.close()
            context = browser.new_context(**options)  # type: ignore[arg-type]  # as playwright takes them
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        listen(page)
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    # An address typed by the person is shown by the person's browser.
    assert hosts <= {"127.0.0.1", "localhost", "img.example", None}
    # A status of 4xx, and a picture that is not there, are on purpose.
    assert not [each for each in complaints if not each.startswith("Failed to load resource")]
