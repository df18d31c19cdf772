"""`consumer generations`, as it is typed: beside running consumers over a real Kafka, and without any."""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest
from confluent_kafka.admin import AdminClient

from model.embedder import Embedder
from tests.contract.samples import a_generation, a_record, a_write
from tests.integration.consumer.conftest import Shop
from tests.services.consumer_command import Outcome, run_command
from tests.services.eventually import eventually
from tests.services.published import product_event, publish
from tests.services.running_consumer import running_consumer
from vector_store import ProductIndex, Stamp, VectorStore, open_store
from vector_store.edge import EdgeStore

PRODUCTS = 4


def generations(environment: Mapping[str, str], *words: str) -> Outcome:
    return run_command(environment, "generations", *words)


def listed(environment: Mapping[str, str]) -> dict[str, dict[str, object]]:
    outcome = generations(environment, "list", "--json")
    assert outcome.exit_code == 0, outcome
    rows = [json.loads(line) for line in outcome.output.splitlines()]
    return {each["generation"]: each for each in rows}


def fill(shop: Shop, photos: list[bytes], *, order: int) -> None:
    """Products, of which the first has a picture."""
    url = shop.host.serve("a.jpg", photos[0])
    products = [{"id": f"p{n}", "images": [url] if n == 0 else []} for n in range(PRODUCTS)]
    events = (product_event(shop.created, "created", each, order=order) for each in products)
    publish(shop.bootstrap_servers, events)


def groups_of(shop: Shop) -> set[str]:
    admin = AdminClient({"bootstrap.servers": shop.bootstrap_servers, "log_level": 0})
    return {each.group_id for each in admin.list_consumer_groups(request_timeout=30).result(31).valid}


@pytest.fixture
def store(shop: Shop) -> Iterator[VectorStore]:
    """The index, beside the commands that open it themselves."""
    with closing(open_store(shop.settings())) as opened:
        yield opened


@pytest.mark.timeout(400)
@pytest.mark.parametrize("shop", ["server"], indirect=True)
def test_a_generation_is_built_promoted_gone_back_from_and_dropped(
    shop: Shop, store: VectorStore, embedder: Embedder, photos: list[bytes]
) -> None:
    """Two consumers side by side; each command sees what was done before, and a refusal says why."""
    old = f"products-{embedder.model_version}"
    new, where = f"{old}-next", shop.environment()
    fill(shop, photos, order=1)
    with running_consumer(shop.settings(), store, embedder, new):
        with running_consumer(shop.settings(), store, embedder):
            shop.wait_until_done(store)

            def both_done() -> bool:
                told = listed(where).values()
                return all(each["lag_messages"] == 0 and each["members"] == 1 for each in told)

            assert eventually(both_done, 60), listed(where)
            told = listed(where)
            assert {name: each["role"] for name, each in told.items()} == {old: "promoted", new: "none"}
            for each in told.values():
                assert (each["products"], each["images"], each["pending"]) == (PRODUCTS, 1, 0)
                assert each["warnings"] == []
            refused = generations(where, "drop", new, "--yes")
            assert "has 1 running consumer" in str(refused.error)
            assert "what shoppers see" in str(generations(where, "drop", old, "--yes", "--force").error)
            promoted = generations(where, "promote", new, "--settle-seconds", "0.1", "--json")
            assert json.loads(promoted.output) == {"promoted": new, "before": old, "warnings": []}
            assert (store.promoted(), store.previous()) == (new, old)
        # The old generation's consumer has stopped: it no longer keeps up.
        fill(shop, photos, order=2)
        back = generations(where, "rollback")
        assert (back.exit_code, store.promoted()) == (0, old)
        assert f"promoted: {old}; before: {new}" in back.output
        assert "no consumer" in back.errors
        assert f"lags {PRODUCTS} messages" in back.errors
        assert "no consumer" in str(listed(where)[old]["warnings"])
        assert generations(where, "rollback").exit_code == 0
        assert store.promoted() == new
        refused = generations(where, "promote", old, "--wait-seconds", "60")
        assert f"lags {PRODUCTS} messages" in str(refused.error)
        assert "with 0 members" in str(refused.error)
        assert store.promoted() == new
        group = str(listed(where)[old]["group"])
        assert group in groups_of(shop)
        asked = generations(where, "drop", old)
        assert (asked.exit_code, old in listed(where)) == (1, True)
        done = generations(where, "drop", old, "--yes", "--grace-seconds", "0.1", "--json")
        assert json.loads(done.output) == {
            "dropped": old,
            "group": group,
            "group_removed": True,
            "warnings": [],
        }
    assert list(listed(where)) == [new]
    assert group not in groups_of(shop)
    assert "no generation to go back to" in str(generations(where, "rollback").error)


OLD, NEW = a_generation(created_at_ms=1_000), a_generation("next", created_at_ms=2_000)


@pytest.fixture
def without_kafka(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An index of two generations, the later one promoted, and brokers that take calls and never answer."""
    folder = tmp_path / "index"
    with closing(EdgeStore(folder)) as store:
        for generation in (OLD, NEW):
            index = ProductIndex(store.create(generation))
            index.write([a_write(a_record("p", Stamp(4, 0), indexed=["https://x/a"]))])
            store.promote(generation.name)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield {
            "QDRANT_PATH": str(folder),
            "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{silent.getsockname()[1]}",
        }


def test_the_list_works_without_kafka(without_kafka: dict[str, str]) -> None:
    """What Kafka would tell is unknown, and it is said why; the table shows all the same."""
    told = listed(without_kafka)
    for each in told.values():
        assert (each["products"], each["images"]) == (1, 1)
        assert isinstance(each["disk_bytes"], int)
        assert (each["lag_messages"], each["members"], each["position"]) == (None, None, None)
        assert "no Kafka broker" in str(each["lag_unknown"])
    assert told[OLD.name]["role"] == "previous"
    table = generations({**without_kafka, "COLUMNS": "200"}, "list")
    assert table.exit_code == 0
    assert NEW.name in table.output
    assert "promoted" in table.output
    assert "lag and members are unknown: no Kafka broker" in table.errors
    assert f"no consumer of {NEW.name}" in table.errors


def test_a_rollback_does_not_wait_for_kafka(without_kafka: dict[str, str]) -> None:
    """The alias has moved in less than two seconds; that nothing is known of its lag is told afterwards."""
    alias = Path(without_kafka["QDRANT_PATH"]) / "alias-products.json"
    outcomes: list[Outcome] = []
    command = Thread(target=lambda: outcomes.append(generations(without_kafka, "rollback")))
    started = monotonic()
    command.start()
    assert eventually(lambda: json.loads(alias.read_text())["promoted"] == OLD.name)
    took_seconds = monotonic() - started
    command.join()
    assert took_seconds < 2
    [outcome] = outcomes
    assert outcome.exit_code == 0
    assert f"whether {OLD.name} has kept up is not known" in outcome.errors


def test_what_cannot_be_known_is_refused(without_kafka: dict[str, str]) -> None:
    """Neither promoted nor dropped without Kafka, unless by force."""
    for words in (("promote", OLD.name), ("drop", OLD.name, "--yes")):
        assert "is not known: no Kafka broker" in str(generations(without_kafka, *words).error)
    assert generations(without_kafka, "promote", OLD.name, "--force").exit_code == 0
    dropped = generations(without_kafka, "drop", NEW.name, "--yes", "--force", "--grace-seconds", "0")
    assert dropped.output == f"dropped: {NEW.name}\n"
    assert "is left: " in dropped.errors
    assert "no generation products-ffffffff" in str(
        generations(without_kafka, "promote", "products-ffffffff").error
    )
