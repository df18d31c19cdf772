"""POST /find_similar/batch: each query by itself, photos embedded together."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from images.errors import HttpUnavailable
from model.errors import BadEmbedding
from model.preprocessing import Pixels
from model.probe import Embeddings
from search_api.app import create_app
from search_api.batch import find_similar_batch
from search_api.parts import Parts
from search_api.photos.embedder_pool import EmbedderPool
from search_api.queries.query import Query
from search_api.queries.similar_request import MAX_QUERIES
from search_api.schemas import SimilarAnswer
from search_api.stopwatch import Stopwatch
from tests.contract.memory_store import MemoryStore
from tests.unit.search_api.answers import bad_fields, body
from tests.unit.search_api.shop import (
    BLUE,
    GREEN,
    RED,
    SHOP,
    ColourEmbedder,
    FakeHost,
    picture,
    promoted_index,
    shop_parts,
    shop_settings,
)

GREEN_URL, BLUE_URL, BAD_URL = (f"https://img.example/{name}.png" for name in ("green", "blue", "bad"))


class CountingEmbedder(ColourEmbedder):
    """Remembers the sizes of its batches; refuses one that has a red picture, if told to."""

    def __init__(self, *, refuse_red: bool = False) -> None:
        self.batches: list[int] = []
        self._refuse_red = refuse_red

    def embed_prepared(self, batch: Pixels) -> Embeddings:
        self.batches.append(len(batch))
        red = np.flatnonzero((batch[:, 0, 0, 0] > 200) & (batch[:, 0, 0, 1] < 50))
        if self._refuse_red and red.size:
            raise BadEmbedding("red", tuple(int(each) for each in red))
        return super().embed_prepared(batch)


def a_shop(host: FakeHost, embedder: ColourEmbedder | None = None) -> Parts:
    store = MemoryStore()
    promoted_index(store).write(SHOP)
    parts = shop_parts(store, host)
    return parts if embedder is None else replace(parts, embedders=EmbedderPool.of(embedder))


def client_of(parts: Parts) -> FlaskClient:
    return create_app(parts, shop_settings(Path("nowhere"))).test_client()


@pytest.fixture
def host() -> FakeHost:
    host = FakeHost()
    host.answers |= {
        GREEN_URL: picture(GREEN),
        BLUE_URL: picture(BLUE),
        BAD_URL: b"no picture",
        "https://img.example/red.png": picture(RED),
        "https://img.example/later.png": HttpUnavailable("503", url="x", status=503),
    }
    return host


def ask(client: FlaskClient, *queries: Any) -> list[Any]:
    answers: list[Any] = body(client.post("/find_similar/batch", json={"queries": queries}))["answers"]
    return answers


def alone(client: FlaskClient, query: Any) -> Any:
    found = client.post("/find_similar", json=query).get_json()
    return {**found, "timings_ms": None} if "hits" in found else found


def test_answers_are_those_of_each_query_alone(host: FakeHost) -> None:
    """In their order, whatever is looked for, and however it is shaped."""
    client = client_of(a_shop(host))
    query_id = alone(client, {"product_id": "green-shirt"})["query_id"]
    queries = [
        {"image_url": GREEN_URL, "limit": 3},
        {"product_id": "red-shirt", "offset": 2, "limit": 2, "facets": ["category"]},
        {"like": ["sock-1"], "unlike": ["red-shirt"], "filters": {"category": {"not": "socks"}}},
        {"query_id": query_id, "exclude": ["sock-0"]},
        {"image_url": BLUE_URL, "box": {"x": 0, "y": 0, "width": 0.5, "height": 1}, "like": ["sock-3"]},
    ]
    assert ask(client, *queries) == [alone(client, each) for each in queries]


def test_a_bad_query_fails_alone(host: FakeHost) -> None:
    """Its answer is the problem that it would get alone; the others are answered."""
    client = client_of(a_shop(host))
    queries: list[Any] = [
        {"product_id": "red-shirt"},
        {"product_id": "never"},
        {"product_id": "waiting"},
        {"product_id": "red-shirt", "limit": 0},
        {"product_id": "red-shirt", "filters": {"color": "red"}},
        {"query_id": "forged"},
        {},
        "red-shirt",
        None,
        {"image_url": BAD_URL},
        {"image_url": "https://img.example/later.png"},
        {"image_url": "https://img.example/missing.png"},
        {"image_url": GREEN_URL},
    ]
    answers = ask(client, *queries)
    statuses = [each.get("status", 200) for each in answers]
    assert statuses == [200, 404, 409, 400, 400, 400, 400, 400, 400, 422, 502, 422, 200]
    assert answers[3]["errors"] == [{"field": "limit", "detail": answers[3]["errors"][0]["detail"]}]
    assert answers[4]["type"] == "/problems/invalid-request"
    for query, answer in zip(queries, answers, strict=True):
        if isinstance(query, dict):
            expected = alone(client, query)
            assert {**answer, "instance": None} == {**expected, "instance": None}


def test_photos_are_embedded_in_one_batch(host: FakeHost) -> None:
    """However many queries there are between them; those that cannot be read are not among them."""
    embedder = CountingEmbedder()
    client = client_of(a_shop(host, embedder))
    urls = [GREEN_URL, BLUE_URL] * 10
    queries: list[Any] = [{"image_url": url} for url in urls]
    answers = ask(client, {"product_id": "red-shirt"}, *queries, {"image_url": BAD_URL})
    assert embedder.batches == [20]
    assert [each["hits"][0]["product"]["id"] for each in answers[1:-1]] == ["green-shirt", "blue/ä b.c"] * 10


def test_nothing_is_embedded_where_no_photo_is_asked_for(host: FakeHost) -> None:
    """So that products are answered where the model is not there."""
    embedder = CountingEmbedder()
    ask(client_of(a_shop(host, embedder)), {"product_id": "red-shirt"}, {"like": ["sock-0"]})
    assert embedder.batches == []
    parts = replace(a_shop(host), embedders=EmbedderPool.of())
    answers = ask(client_of(parts), {"product_id": "red-shirt"}, {"image_url": GREEN_URL})
    assert [each.get("status", 200) for each in answers] == [200, 503]
    assert host.asked == []


def test_a_picture_that_the_model_makes_nonsense_of_fails_alone(host: FakeHost) -> None:
    """The others are embedded again, each by itself."""
    embedder = CountingEmbedder(refuse_red=True)
    client = client_of(a_shop(host, embedder))
    urls = [GREEN_URL, "https://img.example/red.png", BLUE_URL]
    answers = ask(client, *({"image_url": url} for url in urls))
    assert [each.get("status", 200) for each in answers] == [200, 500, 200]
    assert embedder.batches == [3, 1, 1, 1]


@pytest.mark.parametrize(
    ("batch", "field"),
    [
        ({}, "queries"),
        ({"queries": []}, "queries"),
        ({"queries": [{"product_id": "a"}] * (MAX_QUERIES + 1)}, "queries"),
        ({"queries": {"product_id": "a"}}, "queries"),
        ({"queries": [{"product_id": "a"}], "limit": 5}, "limit"),
        ([], "body"),
    ],
)
def test_a_batch_that_is_none_is_refused(client: FlaskClient, batch: Any, field: str) -> None:
    """As a whole, by the field that is wrong."""
    assert bad_fields(client.post("/find_similar/batch", json=batch)) == [field]


def test_a_batch_is_json_and_stands_for_itself(client: FlaskClient) -> None:
    """No form, no parameters in the URL."""
    form = client.post("/find_similar/batch", data={"queries": "[]"}, content_type="multipart/form-data")
    assert form.status_code == 415
    asked = {"queries": [{"product_id": "red-shirt"}]}
    assert bad_fields(client.post("/find_similar/batch?limit=3", json=asked)) == ["limit"]


def test_fifty_queries_are_answered(client: FlaskClient) -> None:
    """The most that there may be."""
    assert len(ask(client, *([{"product_id": "red-shirt", "limit": 1}] * MAX_QUERIES))) == MAX_QUERIES


def test_fetching_ends_with_the_batchs_time(host: FakeHost) -> None:
    """What has not been begun by then fails as timed out, and the rest is answered."""
    times = iter([0.0, 1.0, *[31.0] * 9])
    queries = [Query(image_url=GREEN_URL)] * 10
    outcomes = find_similar_batch(a_shop(host), queries, Stopwatch(), clock=lambda: next(times))
    good = [each for each in outcomes if isinstance(each, SimilarAnswer)]
    late = [each for each in outcomes if isinstance(each, Exception)]
    assert (len(good), {type(each).__name__ for each in late}) == (1, {"FetchTimedOut"})
    assert len(host.asked) == 1
