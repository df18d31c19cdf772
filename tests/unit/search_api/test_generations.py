"""Which generation answers, and what is said when none can."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from images import DecodeLimits
from model.embedder import Embedder
from search_api.app import create_app, create_status_app
from search_api.index.current_index import CurrentIndex
from search_api.metric_definitions import DEFINITIONS
from search_api.parts import Parts
from search_api.photos.embedder_pool import EmbedderPool
from telemetry import Metrics
from tests.contract.memory_store import MemoryCollection, MemoryStore
from tests.unit.search_api.answers import body, found_ids, problem
from tests.unit.search_api.shop import (
    RED,
    ColourEmbedder,
    FakeHost,
    picture,
    product_write,
    promoted_index,
    shop_parts,
    shop_settings,
)
from vector_store import StoreCorrupt, StoreUnavailable


class OtherEmbedder(ColourEmbedder):
    """The same pictures, another model: its vectors point elsewhere."""

    model_version = "07e40000"


@pytest.fixture
def memory() -> Iterator[MemoryStore]:
    opened = MemoryStore()
    yield opened
    opened.close()


def client_of(store: MemoryStore, tmp_path: Path, *embedders: Embedder) -> FlaskClient:
    parts = Parts(
        index=CurrentIndex(store),
        embedders=EmbedderPool.of(*(embedders or (ColourEmbedder(),))),
        fetcher=FakeHost(),
        decode_limits=DecodeLimits(),
        metrics=Metrics(DEFINITIONS),
    )
    return create_app(parts, shop_settings(tmp_path)).test_client()


def test_without_a_generation_nothing_is_found_and_it_is_said_why(
    memory: MemoryStore, tmp_path: Path
) -> None:
    """Before the consumer has begun, searches are a 503 with words, and readiness is red."""
    client = client_of(memory, tmp_path)
    for answer in (
        client.post("/find_similar", json={"product_id": "a"}),
        client.post("/find_similar", data=picture(RED), content_type="image/png"),
        client.get("/products/a"),
    ):
        assert answer.status_code == 503
        assert "no index yet" in problem(answer)["detail"]
        assert answer.headers["Retry-After"]
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert problem(ready)["errors"] == [{"field": "index", "detail": problem(ready)["detail"]}]
    assert client.get("/healthz").status_code == 200


def test_ready_says_so(memory: MemoryStore, tmp_path: Path) -> None:
    """With a promoted generation and its model, readiness is green, on the status port too."""
    promoted_index(memory)
    assert body(client_of(memory, tmp_path).get("/readyz")) == {"status": "ready", "note": None}
    status = create_status_app(shop_parts(memory)).test_client()
    assert body(status.get("/readyz")) == {"status": "ready", "note": None}
    assert status.get("/metrics").status_code == 200
    assert status.get("/").status_code == 404


def test_a_photo_is_never_compared_with_another_models_vectors(memory: MemoryStore, tmp_path: Path) -> None:
    """Without the generation's model, photos are a 503 with the reason; products need no model."""
    index = promoted_index(memory, model_version="ffffffff")
    index.write([product_write("a", {"u": RED}), product_write("b", {"v": RED})])
    client = client_of(memory, tmp_path)
    answer = client.post("/find_similar", data=picture(RED), content_type="image/png")
    assert answer.status_code == 503
    while "being loaded" in problem(answer)["detail"]:
        answer = client.post("/find_similar", data=picture(RED), content_type="image/png")
    assert problem(answer)["type"] == "/problems/model-missing"
    assert "ffffffff" in problem(answer)["detail"]
    assert "model" in [each["field"] for each in problem(client.get("/readyz"))["errors"]]
    assert found_ids(client.get("/products/a/similar")) == ["b"]


def test_a_promotion_is_seen_by_the_next_request(memory: MemoryStore, tmp_path: Path) -> None:
    """Each request asks the alias; the new generation's own model embeds for it."""
    promoted_index(memory).write([product_write("old", {"u": RED})])
    client = client_of(memory, tmp_path, ColourEmbedder(), OtherEmbedder())
    assert found_ids(client.post("/find_similar", data=picture(RED), content_type="image/png")) == ["old"]
    promoted_index(memory, name="products-07e40000", model_version="07e40000").write(
        [product_write("new", {"u": RED})]
    )
    answer = client.post("/find_similar", data=picture(RED), content_type="image/png")
    assert found_ids(answer) == ["new"]
    assert body(answer)["model_version"] == "07e40000"


class Overtaken(MemoryStore):
    """A store whose generation is replaced and dropped just after a request opened it."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def open(self, name: str) -> MemoryCollection:
        opened = super().open(name)
        if self.times:
            self.times -= 1
            promoted_index(self, name=f"products-next-{self.times}").write([product_write("new", {"u": RED})])
            self.drop(name)
        return opened


def test_a_request_whose_generation_is_dropped_starts_over_once(tmp_path: Path) -> None:
    """A drop behind a request's back is not seen by its caller."""
    store = Overtaken(times=1)
    promoted_index(store).write([product_write("old", {"u": RED})])
    answer = client_of(store, tmp_path).post("/find_similar", data=picture(RED), content_type="image/png")
    assert found_ids(answer) == ["new"]
    assert body(answer)["generation"] == "products-next-0"


def test_a_request_starts_over_only_once(tmp_path: Path) -> None:
    """Where generations vanish faster than they can be read, the caller is told to come back."""
    store = Overtaken(times=9)
    promoted_index(store).write([product_write("old", {"u": RED})])
    answer = client_of(store, tmp_path).post("/find_similar", data=picture(RED), content_type="image/png")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert store.times == 7


class Failing(MemoryStore):
    """A store that cannot be asked."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def promoted(self) -> str | None:
        raise self.error


@pytest.mark.parametrize("error", [StoreUnavailable("http://secret:6333"), StoreCorrupt("/secret")])
def test_a_store_in_trouble_is_a_503(tmp_path: Path, error: Exception) -> None:
    """Searches say when to ask again, readiness turns red, and neither tells where the store is."""
    client = client_of(Failing(error), tmp_path)
    for answer in (client.get("/products/a"), client.get("/readyz")):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "secret" not in answer.text
        problem(answer)
    assert client.get("/healthz").status_code == 200


class Counting(MemoryStore):
    """A store that counts how often a generation is opened."""

    opened = 0

    def open(self, name: str) -> MemoryCollection:
        self.opened += 1
        return super().open(name)


def test_a_generation_is_opened_once(tmp_path: Path) -> None:
    """Every request asks the alias, and opens a generation only where it is another one."""
    store = Counting()
    promoted_index(store).write([product_write("a", {"u": RED})])
    client = client_of(store, tmp_path)
    for _ in range(5):
        client.get("/products/a")
    assert store.opened == 1
    promoted_index(store, name="products-next").write([product_write("b", {"u": RED})])
    assert client.get("/products/b").status_code == 200
    assert store.opened == 2
