"""A generation in a file: taken beside its consumers, lost, put back, and equal to the log again."""

import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from consumer.backup.snapshot_file import SnapshotFile
from model.embedder import Embedder
from tests.brokers.broker import Broker
from tests.brokers.topics import Topics
from tests.engine_server.engine_server import EngineServer
from tests.integration.consumer.conftest import ENGINES, Shop
from tests.integration.consumer.test_main_job import visible
from tests.services.consumer_command import Outcome, run_command
from tests.services.published import Event, product_event, publish
from tests.services.running_consumer import running_consumer
from vector_store import VectorStore, open_store

_PRODUCTS = 20


class Catalogue:
    """What the shop says, and what searches must see of it in the end."""

    def __init__(self, shop: Shop, photos: list[bytes]) -> None:
        self._shop = shop
        self.urls = [shop.host.serve(f"{n}.jpg", photo) for n, photo in enumerate(photos[:6])]
        self._order = 0
        self.expected: dict[str, list[str]] = {}

    def has(self, number: int, *images: int) -> Event:
        product = f"p{number}"
        self.expected[product] = sorted(self.urls[each] for each in images)
        data = {"id": product, "images": [self.urls[each] for each in images]}
        self._order += 1
        return product_event(self._shop.updated, "updated", data, order=self._order)

    def has_no_more(self, number: int) -> Event:
        del self.expected[f"p{number}"]
        self._order += 1
        return product_event(self._shop.deleted, "deleted", {"id": f"p{number}"}, order=self._order)


@pytest.fixture
def catalogue(shop: Shop, photos: list[bytes]) -> Catalogue:
    return Catalogue(shop, photos)


def succeeds(outcome: Outcome) -> str:
    assert outcome.exit_code == 0, outcome.error or outcome.errors
    return outcome.output


def taken(shop: Shop, file: Path) -> str:
    return succeeds(run_command(shop.environment(), "snapshot", "--output", str(file)))


def put_back(shop: Shop, file: Path, *words: str) -> str:
    """The name of the generation that the file became."""
    output = succeeds(run_command(shop.environment(), "restore", str(file), *words))
    return output.partition(":")[0]


def read_on(shop: Shop, embedder: Embedder, store: VectorStore) -> dict[str, list[str]]:
    """What searches see once the promoted generation's consumer has read everything."""
    with running_consumer(shop.settings(), store, embedder) as service:
        shop.wait_until_done(store)
        return visible(service.index)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("shop", [each for each in ENGINES if each != "edge"], indirect=True)
def test_a_snapshot_beside_running_consumers_reads_on_to_the_same(
    shop: Shop, catalogue: Catalogue, embedder: Embedder, tmp_path: Path, kafka: Broker
) -> None:
    """Events before, during and after it; what is put back downloads only what changed after it began."""
    publish(shop.bootstrap_servers, [catalogue.has(n, n % 6, (n + 1) % 6) for n in range(_PRODUCTS)])
    file = tmp_path / "products.snapshot"
    with closing(open_store(shop.settings())) as store:
        with running_consumer(shop.settings(), store, embedder):
            shop.wait_until_done(store)
            publish(shop.bootstrap_servers, [catalogue.has(n, n % 6) for n in range(10)])
            output = taken(shop, file)
            publish(shop.bootstrap_servers, [catalogue.has_no_more(n) for n in range(5)])
            shop.wait_until_done(store)
        assert re.search(rf"{_PRODUCTS} records", output)
        before = shop.host.requests()
        name = put_back(shop, file, "--suffix", "back", "--promote")
        assert store.promoted() == name
        publish(shop.bootstrap_servers, [catalogue.has(5, 0, 3), catalogue.has(30, 2)])
        assert read_on(shop, embedder, store) == catalogue.expected
        [old, new] = [store.open(each.name).generation for each in store.generations()]
        assert old.incarnation != new.incarnation
    # Three images after the snapshot are new to their products; the vectors of all others came with it.
    assert shop.host.requests() - before <= 3


@pytest.mark.timeout(240)
def test_an_embedded_index_moves_to_a_server(
    shop: Shop,
    catalogue: Catalogue,
    embedder: Embedder,
    engine_server: EngineServer,
    tmp_path: Path,
) -> None:
    """The folder's snapshot goes into a server under its own name, and its consumer reads on from there."""
    publish(shop.bootstrap_servers, [catalogue.has(n, n % 6) for n in range(_PRODUCTS)])
    file = tmp_path / "products.snapshot"
    with closing(open_store(shop.settings())) as store:
        read_on(shop, embedder, store)
        [of] = store.generations()
        locked = run_command(shop.environment(), "snapshot", "--output", str(file))
        assert (locked.exit_code, file.exists()) == (1, False)
    taken(shop, file)
    index = {"QDRANT_HOST": "127.0.0.1", "QDRANT_GRPC_PORT": str(engine_server.port)}
    moved = replace(shop, index=index)
    assert put_back(moved, file, "--promote") == of.name
    publish(shop.bootstrap_servers, [catalogue.has_no_more(3), catalogue.has(4, 5)])
    with closing(open_store(moved.settings())) as store:
        assert read_on(moved, embedder, store) == catalogue.expected


@pytest.mark.timeout(240)
def test_a_folder_that_was_lost_is_put_back(
    shop: Shop, catalogue: Catalogue, embedder: Embedder, tmp_path: Path
) -> None:
    """Into a new folder, under its name; the group of the lost one is left as it was."""
    publish(shop.bootstrap_servers, [catalogue.has(n, n % 6) for n in range(_PRODUCTS)])
    file = tmp_path / "products.snapshot"
    with closing(open_store(shop.settings())) as store:
        read_on(shop, embedder, store)
        [of] = store.generations()
    taken(shop, file)
    refused = run_command(shop.environment(), "snapshot", "--output", str(file))
    assert "there already" in str(refused.error)
    with SnapshotFile(file) as snapshot:
        positions = snapshot.head.positions
    assert len(positions) == 10
    publish(shop.bootstrap_servers, [catalogue.has_no_more(n) for n in range(3)])
    folder = tmp_path / "new"
    anew = replace(shop, folder=folder, index={"QDRANT_PATH": str(folder)})
    assert put_back(anew, file, "--promote") == of.name
    with closing(open_store(anew.settings())) as store:
        assert read_on(anew, embedder, store) == catalogue.expected


def test_a_topic_that_is_no_longer_read_is_told(
    shop: Shop, catalogue: Catalogue, embedder: Embedder, topics: Topics, tmp_path: Path
) -> None:
    """Its offsets are left out, and the other topic is read from its beginning."""
    publish(shop.bootstrap_servers, [catalogue.has(n, n % 6) for n in range(_PRODUCTS)])
    file = tmp_path / "products.snapshot"
    with closing(open_store(shop.settings())) as store:
        read_on(shop, embedder, store)
    taken(shop, file)
    with SnapshotFile(file) as snapshot:
        head = snapshot.head
    other = replace(shop, updated=topics.create("product.updated", partitions=1))
    folder = tmp_path / "new"
    anew = replace(other, folder=folder, index={"QDRANT_PATH": str(folder)})
    outcome = run_command(anew.environment(), "restore", str(file))
    assert outcome.exit_code == 0, outcome.error
    assert f"has read {shop.updated}" in outcome.errors
    assert head.generation.name in outcome.output
    committed = {each for each, offset in head.positions.items() if offset is not None}
    left = len([each for each in committed if each[0] != shop.updated])
    assert f"stored offsets of {left} partitions" in outcome.output
