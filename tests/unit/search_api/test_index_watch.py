"""What the API does between requests: models are read ahead, and an index that nobody writes is told."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from structlog.testing import capture_logs

from images import DecodeLimits
from model.embedder import Embedder
from search_api.app import create_app
from search_api.errors import NoGeneration
from search_api.index.current_index import CurrentIndex
from search_api.index.index_watch import IndexWatch
from search_api.metric_definitions import DEFINITIONS, GENERATION, INDEX_SILENT_SECONDS
from search_api.parts import Parts
from search_api.photos.embedder_pool import EmbedderPool
from telemetry import Metrics
from tests.contract.memory_store import MemoryStore
from tests.unit.search_api.answers import body
from tests.unit.search_api.shop import (
    ColourEmbedder,
    FakeHost,
    generation,
    promoted_index,
    shop_parts,
    shop_settings,
)
from vector_store import StoreRefused, StoreUnavailable


class OtherEmbedder(ColourEmbedder):
    model_version = "07e40000"


@pytest.fixture
def memory() -> Iterator[MemoryStore]:
    opened = MemoryStore()
    yield opened
    opened.close()


def parts_with(store: MemoryStore, pool: EmbedderPool) -> Parts:
    return Parts(CurrentIndex(store), pool, FakeHost(), DecodeLimits(), Metrics(DEFINITIONS))


def test_the_models_of_generations_to_come_are_loaded_before(memory: MemoryStore) -> None:
    """Nobody has to ask for a generation first that is still being built."""
    promoted_index(memory)
    memory.create(generation("products-07e40000", model_version="07e40000", created_at_ms=2))
    models: dict[str, Embedder] = {each.model_version: each for each in (ColourEmbedder(), OtherEmbedder())}
    pool = EmbedderPool(models.__getitem__)
    IndexWatch(parts_with(memory, pool)).look()
    pool.wait()
    assert pool.loaded(ColourEmbedder.model_version) is models[ColourEmbedder.model_version]
    assert pool.loaded("07e40000") is models["07e40000"]


def test_where_room_is_short_what_is_needed_first_is_loaded(memory: MemoryStore) -> None:
    """The promoted generation's model, the one of a rollback, then the newest's."""
    for number, version in enumerate(("0000000a", "0000000b", "0000000c", "0000000d")):
        memory.create(generation(f"products-{version}", model_version=version, created_at_ms=number))
    memory.promote("products-0000000b")
    memory.promote("products-0000000a")
    asked: list[str] = []

    def find(model_version: str) -> Embedder:
        asked.append(model_version)
        return ColourEmbedder()

    pool = EmbedderPool(find, max_loaded=3)
    watch = IndexWatch(parts_with(memory, pool))
    watch.look()
    pool.wait()
    assert set(asked) == {"0000000a", "0000000b", "0000000d"}
    memory.promote("products-0000000c")
    watch.look()
    pool.wait()
    assert {version for version in asked if pool.loaded(version)} == {"0000000a", "0000000c", "0000000d"}


def test_a_promoted_generation_without_a_consumer_is_told(memory: MemoryStore, tmp_path: Path) -> None:
    """As a metric, once in the log, and as a note of a readiness that stays green."""
    index = promoted_index(memory, created_at_ms=1_000)
    index.write_status({"written_at_ms": 5_000})
    now_ms = 15_000
    parts = shop_parts(memory)
    watch = IndexWatch(parts, now_ms=lambda: now_ms)
    client = create_app(parts, shop_settings(tmp_path)).test_client()
    with capture_logs() as logs:
        watch.look()
        assert parts.metrics.value(INDEX_SILENT_SECONDS) == 10
        assert body(client.get("/readyz"))["note"] is None
        now_ms = 5_000 + 75_000
        watch.look()
        watch.look()
    assert [each["log_level"] for each in logs if "not kept up to date" in each["event"]] == ["warning"]
    assert parts.metrics.value(INDEX_SILENT_SECONDS) == 75
    assert "for 75 s" in body(client.get("/readyz"))["note"]
    index.write_status({"written_at_ms": now_ms})
    watch.look()
    assert body(client.get("/readyz"))["note"] is None


def test_a_generation_that_no_consumer_has_begun_is_as_old_as_itself(memory: MemoryStore) -> None:
    """Without any status, its creation counts."""
    promoted_index(memory, created_at_ms=1_000)
    parts = shop_parts(memory)
    IndexWatch(parts, now_ms=lambda: 101_000).look()
    assert parts.metrics.value(INDEX_SILENT_SECONDS) == 100


def test_the_promoted_generation_is_a_metric(memory: MemoryStore) -> None:
    """1 for the one that answers, 0 for the one before."""
    promoted_index(memory)
    parts = shop_parts(memory)
    watch = IndexWatch(parts)
    watch.look()
    promoted_index(memory, name="products-next")
    watch.look()
    told = parts.metrics.by_label(GENERATION, "generation")
    assert told == {f"products-{ColourEmbedder.model_version}": 0, "products-next": 1}


class Troubled(MemoryStore):
    """A store that cannot be asked at first, in two ways; it says when it has been asked four times."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.troubles = 1
        self.asked_enough = Event()

    def promoted(self) -> str | None:
        self.asked += 1
        if self.asked <= self.troubles:
            raise StoreUnavailable("not now")
        if self.asked == self.troubles + 1:
            raise ZeroDivisionError("nobody foresaw this")
        if self.asked >= self.troubles + 3:
            self.asked_enough.set()
        return super().promoted()


def test_the_watch_outlives_trouble_and_ends_when_told() -> None:
    """It goes on after a store's errors and after what nobody foresaw; `stop` ends its thread."""
    store = Troubled()
    watch = IndexWatch(shop_parts(store), every_seconds=0.001)
    with capture_logs() as logs:
        watch.start()
        assert store.asked_enough.wait(30)
        watch.stop()
    assert [each["event"] for each in logs if each["log_level"] == "error"] == ["looking at the index failed"]
    told = [each["log_level"] for each in logs if each["log_level"] != "debug"]
    assert told == ["warning", "error", "info"]
    asked = store.asked
    watch.stop()
    assert store.asked == asked
    with pytest.raises(NoGeneration):
        watch.look()


class Refusing(MemoryStore):
    """A server that wants another key."""

    def promoted(self) -> str | None:
        raise StoreRefused("unauthenticated")


def test_a_start_with_a_refused_key_is_an_error() -> None:
    """What no waiting mends is told to whoever starts the service."""
    watch = IndexWatch(shop_parts(Refusing()))
    with pytest.raises(StoreRefused):
        watch.start()
    watch.stop()


def test_an_outage_is_told_once() -> None:
    """However often it is looked meanwhile, the log has one line for it."""
    store = Troubled()
    watch = IndexWatch(shop_parts(store), every_seconds=0.001)
    store.troubles = 3
    with capture_logs() as logs:
        watch.start()
        assert store.asked_enough.wait(30)
        watch.stop()
    assert len([each for each in logs if each["event"].startswith("the index does not answer")]) == 1
