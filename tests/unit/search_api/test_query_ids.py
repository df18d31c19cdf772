"""Query ids: an earlier query again."""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous.encoding import base64_decode, base64_encode
from pydantic import ValidationError

from search_api.app import create_app
from search_api.errors import InvalidRequest, QueryIdOutdated
from search_api.parts import Parts
from search_api.queries.query_ids import KeptQuery, QueryIds
from search_api.settings import SearchApiSettings
from tests.contract.memory_store import MemoryStore
from tests.unit.search_api.answers import bad_fields, body, found_ids, problem
from tests.unit.search_api.shop import (
    GREEN,
    RED,
    SHOP,
    colour_vector,
    picture,
    promoted_index,
    shop_parts,
    shop_settings,
)
from vector_store.identity import product_uuid

SECRET = b"a secret of the tests, long enough"
KEPT = KeptQuery("c0105eed", colour_vector(RED), frozenset({product_uuid("a"), product_uuid("b")}))


def ask(client: FlaskClient, **asked: Any) -> Any:
    return body(client.post("/find_similar", json=asked))


def test_a_query_id_asks_the_same_again(client: FlaskClient) -> None:
    """The hits, scores included, are those of the photo; nothing is embedded, and the id stays the same."""
    first = body(client.post("/find_similar", data=picture(GREEN), content_type="image/png"))
    again = ask(client, query_id=first["query_id"])
    assert again["hits"] == first["hits"]
    assert again["query"]["kind"] == "query_id"
    assert again["query_id"] == first["query_id"]
    assert again["timings_ms"].keys() == {"search"}


def test_a_query_id_takes_other_filters_and_pages(client: FlaskClient) -> None:
    """That is what it is for: no second upload."""
    first = body(client.post("/find_similar?limit=3", data=picture(RED), content_type="image/png"))
    second = ask(client, query_id=first["query_id"], limit=3, offset=3)
    whole = body(client.post("/find_similar?limit=6", data=picture(RED), content_type="image/png"))
    assert first["hits"] + second["hits"] == whole["hits"]
    narrowed = ask(client, query_id=first["query_id"], filters={"category": "dress"})
    assert [hit["product"]["id"] for hit in narrowed["hits"]] == ["dark-dress"]
    fields = {"query_id": first["query_id"], "filter.category": "dress"}
    form = client.post("/find_similar", data=fields, content_type="multipart/form-data")
    assert found_ids(form) == ["dark-dress"]


def test_a_products_query_id_leaves_the_product_out(client: FlaskClient) -> None:
    """And so does the query id of that answer, with examples too."""
    query_id = ask(client, product_id="red-shirt", like=["dark-dress"])["query_id"]
    for _ in range(2):
        found = ask(client, query_id=query_id, limit=200)
        query_id = found["query_id"]
        assert {"red-shirt", "dark-dress"}.isdisjoint(hit["product"]["id"] for hit in found["hits"])
        assert found["hits"]


def test_any_replica_with_the_secret_reads_it(client: FlaskClient) -> None:
    """Nothing is kept in the process; another secret makes it a stranger's."""
    token = QueryIds(SECRET).write(KEPT)
    read = QueryIds(SECRET).read(token)
    assert (read.model_version, read.left_out) == (KEPT.model_version, KEPT.left_out)
    np.testing.assert_array_equal(read.vector, KEPT.vector)
    assert read.vector.dtype == np.float32
    assert QueryIds(SECRET).write(KEPT) == token
    for other in (QueryIds(SECRET + b"!"), QueryIds.of_this_process()):
        with pytest.raises(InvalidRequest):
            other.read(token)
    assert bad_fields(client.post("/find_similar", json={"query_id": token})) == ["query_id"]


@given(st.integers(0, 10_000), st.characters(min_codepoint=33, max_codepoint=126))
def test_a_changed_token_is_refused(place: int, character: str) -> None:
    """Whichever of its characters is another one."""
    ids = QueryIds(SECRET)
    token = ids.write(KEPT)
    place %= len(token)
    changed = token[:place] + character + token[place + 1 :]
    # The last character of base64 has bits that say nothing.
    if changed != token and place not in {token.index(".") - 1, len(token) - 1}:
        with pytest.raises(InvalidRequest):
            ids.read(changed)


@given(st.text(max_size=100) | st.binary(max_size=100).map(lambda data: base64.b64encode(data).decode()))
def test_anything_else_is_refused(text: str) -> None:
    """No text makes anything else happen."""
    with pytest.raises(InvalidRequest):
        QueryIds(SECRET).read(text)


def test_another_models_query_id_is_gone(client: FlaskClient) -> None:
    """It is a 410 that says what to do, since vectors of two models do not compare."""
    parts = shop_parts(_a_shop())
    token = parts.query_ids.write(KeptQuery("0ddba115", colour_vector(RED)))
    answer = _client_of(parts).post("/find_similar", json={"query_id": token})
    assert answer.status_code == 410
    assert problem(answer)["type"] == "/problems/query-id-outdated"
    assert "0ddba115" in problem(answer)["detail"]


def test_a_token_of_another_form_is_gone() -> None:
    """What another version of the service has made is outdated, not read by guessing."""
    ids = QueryIds(SECRET)
    payload = base64_decode(ids.write(KEPT).partition(".")[0])
    other = ids._signer.sign(base64_encode(b"\x02" + payload[1:])).decode()
    with pytest.raises(QueryIdOutdated):
        ids.read(other)


def test_a_short_secret_is_refused() -> None:
    """One that could be guessed is none; an empty one is as good as not set."""
    with pytest.raises(ValidationError):
        SearchApiSettings(qdrant_path="x", search_api_secret="short")
    assert SearchApiSettings(qdrant_path="x", search_api_secret="").search_api_secret is None


def _a_shop() -> MemoryStore:
    store = MemoryStore()
    promoted_index(store).write(SHOP)
    return store


def _client_of(parts: Parts) -> FlaskClient:
    return create_app(parts, shop_settings(Path("nowhere"))).test_client()
