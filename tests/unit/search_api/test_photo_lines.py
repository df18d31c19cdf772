"""Photos beyond what the process takes on are refused, and nothing else is held up by them."""

from contextlib import ExitStack
from dataclasses import replace
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image

from images import DecodeLimits
from search_api.app import create_app
from search_api.metric_definitions import PHOTOS_REFUSED
from search_api.parts import Parts
from search_api.photos.bounded_fetcher import BoundedFetcher
from search_api.photos.photo_lines import PhotoLimits, PhotoLines
from search_api.photos.photo_weight import LIGHT_PIXELS, PhotoWeight
from search_api.settings import SearchApiSettings
from search_api.wiring import api_server
from tests.unit.search_api.answers import body, found_ids, problem
from tests.unit.search_api.shop import RED, FakeHost, picture, shop_parts, shop_settings
from vector_store.edge import EdgeStore

MANY_PIXELS = (2_001, 2_000)
FEW = PhotoLimits(places=1, waiting=0, wait_seconds=0.01, fetches=1, max_whole_pixels=8_000_000)


@pytest.fixture
def parts(shop: EdgeStore) -> Parts:
    """One photo at a time, and nobody waits."""
    host = FakeHost()
    host.answers["https://img.example/q.jpg"] = picture(RED)
    plain = shop_parts(shop, host)
    lines = PhotoLines(FEW, plain.metrics)
    return replace(
        plain,
        photo_lines=lines,
        fetcher=BoundedFetcher(host, lines.fetches),
        decode_limits=DecodeLimits(max_pixels=8_000_000),
    )


@pytest.fixture
def asking(parts: Parts, settings: SearchApiSettings) -> FlaskClient:
    return create_app(parts, settings).test_client()


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> SearchApiSettings:
    return shop_settings(tmp_path_factory.mktemp("unused"))


def test_a_photo_too_many_is_refused(parts: Parts, asking: FlaskClient) -> None:
    """A 503 of its own type says when to try again; a metric counts it, and the next one is served."""
    with parts.photo_lines.photos.turn():
        answer = asking.post("/find_similar", data=picture(RED), content_type="image/png")
        assert answer.status_code == 503
        assert problem(answer)["type"] == "/problems/too-many-photos"
        assert answer.headers["Retry-After"] == "1"
        assert parts.metrics.value(PHOTOS_REFUSED, reason="LineFull") == 1
    again = asking.post("/find_similar?limit=1", data=picture(RED), content_type="image/png")
    assert found_ids(again) == ["red-shirt"]
    assert "wait" in body(again)["timings_ms"]


def test_products_are_searched_meanwhile(parts: Parts, asking: FlaskClient) -> None:
    """A search by product needs neither decoding nor the model, and waits for none."""
    with ExitStack() as turns:
        for line in (parts.photo_lines.photos, parts.photo_lines.heavy, parts.photo_lines.fetches):
            turns.enter_context(line.turn())
        assert found_ids(asking.get("/products/red-shirt/similar"))
        assert found_ids(asking.post("/find_similar", json={"product_id": "red-shirt"}))


def test_an_image_url_too_many_is_refused_before_it_is_fetched(parts: Parts, asking: FlaskClient) -> None:
    """Slow image hosts hold up a few requests, never all."""
    asked = {"image_url": "https://img.example/q.jpg"}
    with parts.photo_lines.fetches.turn():
        answer = asking.post("/find_similar", json=asked)
        assert problem(answer)["type"] == "/problems/too-many-photos"
    assert found_ids(asking.post("/find_similar", json=asked))


def test_one_heavy_photo_at_a_time(parts: Parts, asking: FlaskClient) -> None:
    """What has to be decoded whole is decoded alone, while others are served beside it."""

    def status(data: bytes) -> int:
        return asking.post("/find_similar", data=data, content_type="image/png").status_code

    heavy = picture(RED, "PNG", MANY_PIXELS)
    assert status(heavy) == 200
    with parts.photo_lines.heavy.turn():
        assert status(heavy) == 503
        assert status(picture(RED)) == 200
        assert status(picture(RED, "JPEG", MANY_PIXELS)) == 200
    assert parts.metrics.value(PHOTOS_REFUSED, reason="WaitedTooLong") == 1


def jpeg(**options: object) -> bytes:
    file = BytesIO()
    Image.new("RGB", (16, 16)).save(file, "JPEG", **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "light", "heavy"),
    [
        (jpeg(), 50_000_000, 50_000_000),
        (jpeg(progressive=True), LIGHT_PIXELS, 50_000_000),
        (picture(RED, "PNG"), LIGHT_PIXELS, 16_000_000),
        (picture(RED, "WEBP"), LIGHT_PIXELS, 16_000_000),
        (b"no image", LIGHT_PIXELS, 16_000_000),
    ],
    ids=["jpeg", "progressive", "png", "webp", "nothing"],
)
def test_what_a_photo_weighs(data: bytes, light: int, heavy: int) -> None:
    """Only a JPEG in one pass can be decoded at a fraction of its size."""
    weight = PhotoWeight.of(data, DecodeLimits(), 16_000_000)
    assert (weight.light.max_pixels, weight.heavy.max_pixels) == (light, heavy)


def test_a_photo_beyond_the_heaviest_is_refused(asking: FlaskClient) -> None:
    """Its size is told in the answer, with the limit for files like it."""
    answer = asking.post("/find_similar", data=picture(RED, "PNG", (4_001, 2_000)), content_type="image/png")
    assert answer.status_code == 422
    assert "8,000,000" in problem(answer)["detail"]


def test_every_photo_inside_has_a_thread_beside_those_of_the_others(
    parts: Parts, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Full lines leave SEARCH_API_THREADS threads to everything else."""
    settings = shop_settings(
        tmp_path_factory.mktemp("unused"),
        search_api_port=0,
        search_api_threads=3,
        search_api_photos_waiting=5,
        search_api_fetches=2,
    )
    limits = PhotoLimits.of(settings, cores=4)
    assert (limits.places, limits.waiting, limits.fetches) == (4, 5, 2)
    server = api_server(parts, settings)
    try:
        assert server._server.adj.threads >= 3 + 5 + 2 + 2
    finally:
        server.stop()
