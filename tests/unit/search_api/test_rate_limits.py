"""How many searches a client may make."""

import pytest
from flask.testing import FlaskClient

from search_api.errors import Misconfigured
from tests.unit.search_api.answers import problem
from tests.unit.search_api.conftest import MakeClient
from tests.unit.search_api.test_access import KEYS, OLD_KEY, SEARCH_KEY, WRITE_KEY

PATH = "/products/red-shirt/similar"


def statuses(client: FlaskClient, count: int, **headers: str) -> list[int]:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return [client.get(PATH, headers=given).status_code for _ in range(count)]


def test_beyond_the_limit_searches_are_refused(make_client: MakeClient) -> None:
    """A 429 says when to come back; all searches count together."""
    client = make_client(search_api_rate_limit="3/hour")
    assert statuses(client, 2) == [200, 200]
    assert client.get("/products/red-shirt").status_code == 200
    answer = client.post("/find_similar", json={"product_id": "red-shirt"})
    assert answer.status_code == 429
    assert problem(answer)["type"] == "/problems/too-many-requests"
    assert 3_500 < int(answer.headers["Retry-After"]) <= 3_601
    assert len(answer.headers.get_all("Retry-After")) == 1


def test_when_to_come_back_is_said_in_refusals_alone(make_client: MakeClient) -> None:
    """An answer of success counts what is left, and asks nobody to wait."""
    answer = make_client(search_api_rate_limit="3/hour").get(PATH)
    assert answer.headers["X-RateLimit-Remaining"] == "2"
    assert "Retry-After" not in answer.headers


def test_bad_requests_count_too(make_client: MakeClient) -> None:
    """Guessing keys or parameters is no cheaper than searching."""
    client = make_client(search_api_rate_limit="2/hour", search_api_keys=KEYS)
    assert statuses(client, 3, X_API_Key="a guess") == [401, 401, 429]


def test_clients_are_told_apart_by_key_or_address(make_client: MakeClient) -> None:
    """Each key has its own count, and so has each address without one."""
    client = make_client(search_api_rate_limit="1/hour", search_api_keys=KEYS)
    assert statuses(client, 2, X_API_Key=SEARCH_KEY) == [200, 429]
    assert statuses(client, 2, X_API_Key=OLD_KEY) == [200, 429]
    assert statuses(client, 2, X_API_Key=WRITE_KEY) == [403, 429]
    assert statuses(client, 2) == [401, 429]
    other = client.get(PATH, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert other.status_code == 401


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/static/page.js", "/openapi.json"])
def test_the_page_and_health_are_not_limited(make_client: MakeClient, path: str) -> None:
    """A probe is never refused for its number."""
    client = make_client(search_api_rate_limit="1/hour")
    for _ in range(3):
        with client.get(path) as answer:
            assert answer.status_code == 200


def test_no_limit_is_no_limit(make_client: MakeClient) -> None:
    """An empty setting turns it off."""
    assert set(statuses(make_client(search_api_rate_limit=""), 30)) == {200}


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"search_api_rate_limit": "many"}, "SEARCH_API_RATE_LIMIT:"),
        ({"search_api_rate_limit_storage": "nowhere://:password@x"}, "SEARCH_API_RATE_LIMIT_STORAGE:"),
    ],
)
def test_a_limit_that_cannot_be_kept_stops_the_start(
    make_client: MakeClient, settings: dict[str, str], named: str
) -> None:
    """A typing error must not leave the API without a limit."""
    with pytest.raises(Misconfigured, match=named) as raised:
        make_client(**settings)
    assert "password" not in str(raised.value)


def test_a_batch_counts_as_its_queries(make_client: MakeClient) -> None:
    """It is no way around the limit; what cannot be read counts as one."""
    client = make_client(search_api_rate_limit="10/hour")
    queries = [{"product_id": "red-shirt", "limit": 1}]

    def ask(json: object) -> tuple[int, str]:
        answer = client.post("/find_similar/batch", json=json)
        return answer.status_code, answer.headers["X-RateLimit-Remaining"]

    assert ask({"queries": 4 * queries}) == (200, "6")
    assert ask({"queries": []}) == (400, "5")
    assert client.post("/find_similar/batch", data=b"{", content_type="application/json").status_code == 400
    assert ask({"queries": 4 * queries}) == (200, "0")
    assert ask({"queries": queries})[0] == 429


def test_a_batch_beyond_what_is_left_is_refused_whole(make_client: MakeClient) -> None:
    """None of its queries is answered."""
    client = make_client(search_api_rate_limit="5/hour")
    queries = [{"product_id": "red-shirt", "limit": 1}]
    assert client.post("/find_similar/batch", json={"queries": 6 * queries}).status_code == 429
