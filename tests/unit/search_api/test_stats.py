"""/stats: what the index holds and how fresh it is."""

from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from search_api.app import create_status_app
from search_api.routes.stats import stats_routes
from tests.contract.memory_store import MemoryStore
from tests.unit.search_api.answers import body, problem
from tests.unit.search_api.conftest import MakeClient
from tests.unit.search_api.shop import SHOP, promoted_index, shop_parts
from tests.unit.search_api.test_access import KEYS, SEARCH_KEY

NOW_MS = 1_700_000_000_000
STATUS: dict[str, Any] = {
    "written_at_ms": NOW_MS - 4_200,
    "positions": [{"topic": "products", "partition": 0, "offset": 17}],
    "lag_messages": 3,
    "lag_seconds": 1.5,
    "unfinished_messages": 2,
    "audited_at_ms": NOW_MS - 60_000,
}


def asked(store: MemoryStore) -> FlaskClient:
    app = Flask("stats")
    app.register_blueprint(stats_routes(shop_parts(store), allow=lambda: None, now_ms=lambda: NOW_MS))
    return app.test_client()


def test_counts_and_freshness_come_from_the_index(tmp_path: Path) -> None:
    """Products for sale, deleted ones, pending ones, images; lag and positions as the consumer said them."""
    store = MemoryStore()
    index = promoted_index(store)
    index.write(SHOP)
    index.write_status(STATUS)
    stats = body(asked(store).get("/stats"))
    live = [write for write in SHOP if write.record.live]
    assert stats["products"] == len(live)
    assert stats["products_deleted"] == len(SHOP) - len(live) == 1
    assert stats["products_with_pending_images"] == 1
    assert stats["images"] == sum(len(write.points) for write in live)
    assert (stats["generation"], stats["model_version"]) == (index.generation.name, "c0105eed")
    assert (stats["kept_up_to_date"], stats["silent_seconds"]) == (True, 4.2)
    assert stats["status_time"] == "2023-11-14T22:13:15.800000Z"
    assert (stats["lag_messages"], stats["lag_seconds"], stats["unfinished_messages"]) == (3, 1.5, 2)
    assert stats["positions"] == STATUS["positions"]
    assert stats["audit_time"] == "2023-11-14T22:12:20Z"


def test_an_index_without_a_status_is_told_as_such() -> None:
    """What nobody has said is null, and an index that nobody writes is not kept up to date."""
    store = MemoryStore()
    promoted_index(store)
    stats = body(asked(store).get("/stats"))
    assert (stats["products"], stats["images"]) == (0, 0)
    assert (stats["kept_up_to_date"], stats["status_time"], stats["lag_messages"]) == (False, None, None)
    assert (stats["positions"], stats["audit_time"]) == ([], None)


def test_without_an_index_there_are_no_statistics() -> None:
    """As for searches: a 503 that says what is missing."""
    client = create_status_app(shop_parts(MemoryStore())).test_client()
    assert problem(client.get("/stats"))["type"] == "/problems/no-index"


def test_statistics_need_a_key_or_the_status_port(client: FlaskClient, make_client: MakeClient) -> None:
    """How a shop is doing is not for everyone; an operator on the status port needs no key."""
    assert client.get("/stats").status_code == 401
    guarded = make_client(search_api_keys=KEYS)
    assert guarded.get("/stats").status_code == 401
    assert body(guarded.get("/stats", headers={"X-API-Key": SEARCH_KEY}))["products"] > 0
    store = MemoryStore()
    promoted_index(store).write(SHOP)
    assert body(create_status_app(shop_parts(store)).test_client().get("/stats"))["products"] > 0
