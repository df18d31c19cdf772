"""Pages of other origins call the API only where they are named."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.unit.search_api.conftest import MakeClient
from tests.unit.search_api.test_access import KEYS

SHOP = "https://shop.example"
ORIGINS = f"{SHOP},http://[::1]:3000"


@pytest.fixture
def client(make_client: MakeClient) -> FlaskClient:
    return make_client(search_api_cors_origins=ORIGINS, search_api_keys=KEYS, search_api_rate_limit="3/hour")


def allowed(answer: TestResponse) -> str | None:
    return answer.headers.get("Access-Control-Allow-Origin")


@pytest.mark.parametrize("origin", ORIGINS.split(","))
def test_a_named_origin_may_call(client: FlaskClient, origin: str) -> None:
    """It is named back, without cookies, on errors as well."""
    answer = client.get("/products/red-shirt/similar", headers={"Origin": origin})
    assert answer.status_code == 401
    assert allowed(answer) == origin
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://shop.example.evil.example",
        "https://shopXexample",
        "http://shop.example",
        "null",
    ],
)
def test_another_origin_may_not(client: FlaskClient, origin: str) -> None:
    """However much it resembles one that may."""
    assert allowed(client.get("/products/red-shirt/similar", headers={"Origin": origin})) is None


def test_a_browser_may_ask_before_it_posts(client: FlaskClient) -> None:
    """The question before a request with a key needs none, and is not counted."""
    question = {
        "Origin": SHOP,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, x-api-key",
    }
    for _ in range(5):
        answer = client.options("/find_similar", headers=question)
        assert answer.status_code == 200
        assert allowed(answer) == SHOP
        assert "POST" in answer.headers["Access-Control-Allow-Methods"]
        assert "x-api-key" in answer.headers["Access-Control-Allow-Headers"].lower()


def test_health_and_the_page_stay_closed(client: FlaskClient) -> None:
    """Only the searches are for other sites."""
    assert allowed(client.get("/healthz", headers={"Origin": SHOP})) is None
    assert allowed(client.get("/", headers={"Origin": SHOP})) is None
