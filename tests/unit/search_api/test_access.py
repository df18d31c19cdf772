"""Keys and scopes."""

from hashlib import sha256
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pydantic import ValidationError

from search_api.http.api_keys import ApiKey, KeyRing, Scope
from tests.unit.search_api.answers import body, problem
from tests.unit.search_api.conftest import MakeClient
from tests.unit.search_api.shop import shop_settings

SEARCH_KEY, OLD_KEY, WRITE_KEY = "a key for searching", "the key before it", "a key for writing"


def entry(name: str, scopes: str, key: str) -> str:
    return f"{name}:{scopes}:{sha256(key.encode()).hexdigest()}"


KEYS = ",".join(
    (
        entry("shop", "search", SEARCH_KEY),
        entry("old", "search+write", OLD_KEY),
        entry("writer", "write", WRITE_KEY),
    )
)


@pytest.fixture
def guarded(make_client: MakeClient) -> FlaskClient:
    return make_client(search_api_keys=KEYS)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": SEARCH_KEY},
        {"X-API-Key": OLD_KEY},
        {"Authorization": f"Bearer {SEARCH_KEY}"},
        {"Authorization": f"bearer  {OLD_KEY} "},
    ],
)
def test_any_key_with_the_scope_opens_the_search(guarded: FlaskClient, headers: dict[str, str]) -> None:
    """Several keys are valid at once, in either header, so that one can follow the other."""
    assert body(guarded.get("/products/red-shirt/similar", headers=headers))["hits"]


@pytest.mark.parametrize("path", ["/products/red-shirt", "/products/red-shirt/similar", "/metrics"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-API-Key": ""},
        {"X-API-Key": "wrong"},
        {"X-API-Key": sha256(SEARCH_KEY.encode()).hexdigest()},
        {"Authorization": "Bearer"},
        {"Authorization": f"Basic {SEARCH_KEY}"},
        {"X-API-Key": "\udcff"},
    ],
)
def test_without_a_known_key_everything_is_closed(
    guarded: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    """A missing or unknown key is a 401 that says how to send one; its hash is no key."""
    answer = guarded.get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "X-API-Key" in problem(answer)["detail"]


def test_posting_needs_a_key_before_the_body_is_read(guarded: FlaskClient) -> None:
    """A stranger's body is not even parsed."""
    assert guarded.post("/find_similar", data=b"{", content_type="application/json").status_code == 401


def test_a_key_of_another_scope_does_not_open_the_search(guarded: FlaskClient) -> None:
    """A known key that lacks the scope is a 403."""
    answer = guarded.get("/products/red-shirt/similar", headers={"X-API-Key": WRITE_KEY})
    assert answer.status_code == 403
    assert "search" in problem(answer)["detail"]


def test_searching_is_open_where_no_key_has_its_scope(make_client: MakeClient) -> None:
    """Keys for writing alone leave the search open to everyone."""
    client = make_client(search_api_keys=entry("writer", "write", WRITE_KEY))
    assert client.get("/products/red-shirt/similar").status_code == 200


def test_metrics_need_a_key_even_where_there_is_none(client: FlaskClient) -> None:
    """Without keys, metrics are on the status port alone."""
    assert client.get("/metrics").status_code == 401


def test_metrics_are_told_to_holders_of_a_key(guarded: FlaskClient) -> None:
    """With a key they come in Prometheus' text format, counted by route and not by path."""
    guarded.get("/products/red-shirt", headers={"X-API-Key": SEARCH_KEY})
    answer = guarded.get("/metrics", headers={"X-API-Key": SEARCH_KEY})
    assert answer.content_type.startswith("text/plain; version=")
    assert 'route="/products/<product_id:product_id>",status="200"' in answer.text
    assert "red-shirt" not in answer.text


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/problems/not-found"])
def test_the_page_and_health_are_open(guarded: FlaskClient, path: str) -> None:
    """A page that asks for a key has to be there first."""
    assert guarded.get(path).status_code == 200


@pytest.mark.parametrize(
    "keys",
    [
        "shop",
        "shop:search",
        "shop:search:abc",
        f"shop::{'0' * 64}",
        f"shop:read:{'0' * 64}",
        f":search:{'0' * 64}",
        f"two words:search:{'0' * 64}",
        f"shop:search:{'0' * 64},shop:write:{'1' * 64}",
    ],
)
def test_keys_that_are_not_of_the_form_stop_the_start(tmp_path: Path, keys: str) -> None:
    """A typing error must not leave the API open, and is not repeated with the hash in it."""
    with pytest.raises(ValidationError) as raised:
        shop_settings(tmp_path, search_api_keys=keys)
    assert "0" * 64 not in str(raised.value)


def test_a_key_is_found_by_its_text() -> None:
    """The ring knows hashes only."""
    key = ApiKey.parse(entry("shop", "search+write", "text"))
    ring = KeyRing([key])
    assert key.scopes == {Scope.SEARCH, Scope.WRITE}
    assert ring.find("text") is key
    assert ring.find("other") is None
    assert not KeyRing([]).guards(Scope.SEARCH)
