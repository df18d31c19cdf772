"""GET /products/<id>/similar may be kept: ETag, Cache-Control, 304."""

from hashlib import sha256
from pathlib import Path

from flask.testing import FlaskClient

from search_api.app import create_app
from tests.contract.memory_store import MemoryStore
from tests.unit.search_api.answers import body
from tests.unit.search_api.conftest import MakeClient
from tests.unit.search_api.shop import SHOP, product_write, promoted_index, shop_parts, shop_settings

PATH = "/products/red-shirt/similar?limit=3"


def test_who_has_the_answer_gets_none(make_client: MakeClient) -> None:
    """A 304 without a body, as long as the answer is the same; timings are in the header alone."""
    client = make_client()
    first = client.get(PATH)
    assert body(first)["timings_ms"] is None
    assert "search;dur=" in first.headers["Server-Timing"]
    again = client.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"] == client.get(PATH).headers["ETag"]
    assert client.get(PATH, headers={"If-None-Match": '"another"'}).status_code == 200
    assert client.get(f"{PATH}&offset=1").headers["ETag"] != first.headers["ETag"]


def test_a_change_of_the_index_is_another_answer() -> None:
    """A product that is deleted is gone from what callers have once they ask."""
    store = MemoryStore()
    index = promoted_index(store)
    index.write(SHOP)
    client = create_app(shop_parts(store), shop_settings(Path("nowhere"))).test_client()
    first = client.get(PATH)
    index.write([product_write("dark-dress", {}, revision=9)])
    again = client.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert "dark-dress" in first.text
    assert "dark-dress" not in again.text


def test_callers_ask_each_time_unless_configured(make_client: MakeClient) -> None:
    """By default a deleted product is in no cache's answer; otherwise for so many seconds."""
    assert make_client().get(PATH).headers["Cache-Control"] == "public, no-cache"
    kept = make_client(search_api_cache_seconds=30).get(PATH)
    assert kept.headers["Cache-Control"] == "public, max-age=30"


def test_what_needs_a_key_is_kept_by_its_holder_only(make_client: MakeClient) -> None:
    """No shared cache may hand it to those without one."""
    key = "a key of the tests"
    keys = f"shop:search:{sha256(key.encode()).hexdigest()}"
    client = make_client(search_api_keys=keys, search_api_cache_seconds=30)
    answer = client.get(PATH, headers={"Authorization": f"Bearer {key}"})
    assert answer.headers["Cache-Control"] == "private, max-age=30"


def test_problems_and_other_answers_are_not_kept(client: FlaskClient) -> None:
    """Neither a 404, nor what was asked by POST."""
    assert client.get("/products/never/similar").headers["Cache-Control"] == "no-store"
    asked = client.post("/find_similar", json={"product_id": "red-shirt"})
    assert asked.headers["Cache-Control"] == "no-cache"
    assert "ETag" not in asked.headers
    assert body(client.post("/find_similar", json={"product_id": "red-shirt"}))["timings_ms"]
    assert client.post("/find_similar", data=b"", content_type="image/png").status_code == 400
