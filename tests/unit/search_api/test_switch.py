"""The alias moves to a generation whose model is still being read: what answers meanwhile, how long."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from images import DecodeLimits
from model.embedder import Embedder
from search_api.app import create_app
from search_api.index.current_index import CurrentIndex
from search_api.metric_definitions import DEFINITIONS
from search_api.parts import Parts
from search_api.photos.embedder_pool import EmbedderPool
from telemetry import Metrics
from tests.contract.memory_store import MemoryStore
from tests.unit.search_api.answers import body, found_ids, problem
from tests.unit.search_api.shop import (
    RED,
    ColourEmbedder,
    FakeHost,
    generation,
    picture,
    product_write,
    promoted_index,
    shop_settings,
)
from vector_store import ProductIndex


class OtherEmbedder(ColourEmbedder):
    model_version = "07e40000"


class SlowModels:
    """What the pool asks for models; the later one is handed out once it may be."""

    def __init__(self) -> None:
        self.may = Event()
        self.models: dict[str, Embedder] = {
            each.model_version: each for each in (ColourEmbedder(), OtherEmbedder())
        }

    def find(self, model_version: str) -> Embedder:
        if model_version == OtherEmbedder.model_version:
            assert self.may.wait(30)
        return self.models[model_version]


class Switch:
    """A shop of two generations; the model of the second is still being read. The first answers."""

    def __init__(self, folder: Path) -> None:
        self.store, self.slow, self.now = MemoryStore(), SlowModels(), 0.0
        promoted_index(self.store).write(
            [product_write("old", {"u": RED}), product_write("old-2", {"v": RED})]
        )
        self.first = str(self.store.promoted())
        self.second = f"products-{OtherEmbedder.model_version}"
        later = self.store.create(
            generation(self.second, model_version=OtherEmbedder.model_version, created_at_ms=2)
        )
        ProductIndex(later).write([product_write("new", {"u": RED}), product_write("new-2", {"v": RED})])
        index = CurrentIndex(self.store, bridge_seconds=30, clock=lambda: self.now)
        self.pool = EmbedderPool(self.slow.find)
        self.pool.prepare([ColourEmbedder.model_version])
        self.pool.wait()
        parts = Parts(index, self.pool, FakeHost(), DecodeLimits(), Metrics(DEFINITIONS))
        self.client: FlaskClient = create_app(parts, shop_settings(folder)).test_client()
        assert found_ids(self.photo()) == ["old", "old-2"]

    def photo(self) -> TestResponse:
        return self.client.post("/find_similar", data=picture(RED), content_type="image/png")


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[Switch]:
    made = Switch(tmp_path)
    yield made
    made.slow.may.set()
    made.pool.wait()
    made.store.close()


def test_while_the_new_model_is_read_the_old_generation_answers(switch: Switch) -> None:
    """Photos wholly from the old one, products from the new one at once, and readiness stays green."""
    switch.store.promote(switch.second)
    for _ in range(2):
        answer = switch.photo()
        assert found_ids(answer) == ["old", "old-2"]
        assert (body(answer)["generation"], body(answer)["model_version"]) == (
            switch.first,
            ColourEmbedder.model_version,
        )
    like_product = switch.client.get("/products/new/similar")
    assert (found_ids(like_product), body(like_product)["generation"]) == (["new-2"], switch.second)
    assert switch.client.get("/readyz").status_code == 200
    switch.slow.may.set()
    switch.pool.wait()
    answer = switch.photo()
    assert found_ids(answer) == ["new", "new-2"]
    assert body(answer)["generation"] == switch.second


def test_the_old_generation_answers_only_for_a_while(switch: Switch) -> None:
    """A model that takes longer is a 503 with its reason, and readiness turns red."""
    switch.store.promote(switch.second)
    switch.photo()
    switch.now = 29.9
    assert found_ids(switch.photo()) == ["old", "old-2"]
    switch.now = 30
    answer = switch.photo()
    assert answer.status_code == 503
    assert problem(answer)["type"] == "/problems/model-loading"
    assert "being loaded" in problem(switch.client.get("/readyz"))["detail"]


def test_an_old_generation_that_is_gone_answers_nothing(switch: Switch) -> None:
    """Dropped before the new model is there: a 503 with the reason."""
    switch.store.promote(switch.second)
    switch.photo()
    switch.store.drop(switch.first)
    answer = switch.photo()
    assert answer.status_code == 503
    assert problem(answer)["type"] == "/problems/model-loading"


def test_a_query_id_is_answered_by_the_generation_of_its_model(switch: Switch) -> None:
    """After a switch by the one before, as long as photos may be; then it is gone, until a rollback."""

    def again() -> TestResponse:
        return switch.client.post("/find_similar", json={"query_id": query_id, "limit": 1})

    query_id = body(switch.photo())["query_id"]
    switch.store.promote(switch.second)
    assert (found_ids(again()), body(again())["generation"]) == (["old"], switch.first)
    switch.now = 30
    assert again().status_code == 410
    assert problem(again())["type"] == "/problems/query-id-outdated"
    switch.store.promote(switch.first)
    assert found_ids(again()) == ["old"]


def test_a_query_id_of_a_generation_that_is_gone_is_gone(switch: Switch) -> None:
    """Within the time of the switch too: a 410, and no failure."""
    query_id = body(switch.photo())["query_id"]
    switch.store.promote(switch.second)
    switch.photo()
    switch.store.drop(switch.first)
    answer = switch.client.post("/find_similar", json={"query_id": query_id})
    assert answer.status_code == 410


def test_a_rollback_is_seen_by_the_next_request(switch: Switch) -> None:
    """The generation of before answers again, and no model has to be read for it."""
    switch.store.promote(switch.second)
    switch.photo()
    switch.store.promote(switch.first)
    assert found_ids(switch.photo()) == ["old", "old-2"]
    assert body(switch.photo())["generation"] == switch.first


def test_a_generation_made_anew_under_its_name_is_opened_anew(switch: Switch) -> None:
    """What was kept open of the one before is not believed: the request starts over."""
    switch.store.promote(switch.second)
    switch.client.get("/products/new")
    switch.store.drop(switch.first)
    made = ProductIndex(switch.store.create(generation(created_at_ms=3)))
    made.write([product_write("again", {"u": RED})])
    switch.store.promote(switch.first)
    assert found_ids(switch.photo()) == ["again"]
