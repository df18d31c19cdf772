"""A shop changes its model while shoppers search and events arrive: nothing fails, nothing is mixed."""

import json
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import monotonic

import pytest

from model.embedder import Embedder
from model.settings import SHIPPED_MODEL
from search_api.app import create_app
from search_api.settings import SearchApiSettings
from search_api.waiting import waiting_for
from search_api.wiring import built_parts
from tests.brokers.owned_process import OwnedProcess
from tests.brokers.topics import Topics
from tests.integration.consumer.conftest import Shop
from tests.integration.consumer.forgetting import forget_everything
from tests.integration.consumer.searches_under_load import Photo, SearchesUnderLoad
from tests.integration.consumer.second_model import VERSION, export_second_model
from tests.services.eventually import eventually
from tests.services.published import product_event, publish
from tests.services.running_consumer import running_consumer
from vector_store import ImageStatus, ProductIndex, VectorStore, open_store

pytestmark = pytest.mark.slow

_FOR_EVER = {"retention.ms": "-1"}
_CALM_SECONDS = 5


@dataclass(slots=True)
class Publisher:
    """A shop that changes prices, adds and removes products, ten events a second, while the block runs.

    sold: what is for sale at the end, by product its image's URL. deleted: what is not any more.
    """

    shop: Shop
    urls: list[str]
    sold: dict[str, str]
    deleted: list[str] = field(default_factory=list)
    orders: Iterator[int] = field(default_factory=lambda: count(10))

    def create(self, product_id: str, url: str) -> None:
        self.sold[product_id] = url
        self._send("created", product_id, url)

    def change_price(self, product_id: str) -> None:
        self._send("updated", product_id, self.sold[product_id])

    def delete(self, product_id: str) -> None:
        del self.sold[product_id]
        self.deleted.append(product_id)
        event = product_event(self.shop.deleted, "deleted", {"id": product_id}, order=next(self.orders))
        publish(self.shop.bootstrap_servers, [event])

    def _send(self, kind: str, product_id: str, url: str) -> None:
        order = next(self.orders)
        data = {"id": product_id, "images": [url], "price": float(order)}
        publish(self.shop.bootstrap_servers, [product_event(self.shop.created, kind, data, order=order)])

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Comings and goings of products that nobody searches for."""
        stop = Flag()

        def work() -> None:
            for number in count():
                if stop.wait(0.1):
                    return
                self.create(f"passing{number}", self.urls[number % len(self.urls)])
                self.change_price(next(iter(self.sold)))
                if number >= 5:
                    self.delete(f"passing{number - 5}")

        thread = Thread(target=work, name="shop", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A MODEL_DIR with the model that ships and another one."""
    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copy(SHIPPED_MODEL, folder / "shipped.onnx")
    export_second_model(folder / "second.onnx")
    return folder


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("apache_kafka")
@pytest.mark.parametrize("source", ["log", "records"])
@pytest.mark.parametrize("shop", ["server"], indirect=True)
def test_a_model_change_under_load_shows_nothing_wrong(  # noqa: PLR0917 - fixtures
    source: str,
    shop: Shop,
    topics: Topics,
    embedder: Embedder,
    models: Path,
    photos: list[bytes],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Searches every 20 ms, events, reindex and promotion at once, then a rollback: all are right."""
    if source == "log":
        shop = replace(
            shop,
            created=topics.create("product.created", partitions=3, config=_FOR_EVER),
            deleted=topics.create("product.deleted", partitions=3, config=_FOR_EVER),
            updated=topics.create("product.updated", partitions=3, config=_FOR_EVER),
        )
    urls = [shop.host.serve(f"{n}.jpg", photo) for n, photo in enumerate(photos[:24])]
    publisher = Publisher(shop, urls, {})
    publish(
        shop.bootstrap_servers,
        [
            product_event(shop.created, "created", {"id": f"p{n}", "images": [url]}, order=1)
            for n, url in enumerate(urls)
        ],
    )
    publisher.sold |= {f"p{n}": url for n, url in enumerate(urls)}
    settings = shop.settings(MODEL_DIR=str(models))
    store, searched = open_store(settings), open_store(settings)
    asked = SearchApiSettings.model_validate(
        {**{name.lower(): value for name, value in shop.index.items()}, "model_dir": models}
    )
    with running_consumer(settings, store, embedder) as consumer, built_parts(asked, store=searched) as parts:
        shop.wait_until_done(store)
        old = consumer.index.generation.name
        publisher.delete("p23")
        shop.wait_until_done(store)
        if source == "records":
            forget_everything(shop)
        assert eventually(lambda: not waiting_for(parts), timeout_seconds=60), waiting_for(parts)
        steady = [Photo(f"p{n}", photos[n]) for n in range(20)]
        command = [
            "env",
            *(f"{name}={value}" for name, value in shop.environment(MODEL_DIR=str(models)).items()),
            *(sys.executable, "-m", "consumer", "reindex"),
            *("--model", str(models / "second.onnx"), "--promote", "--low-priority", "--json"),
        ]
        reindex = OwnedProcess(command, tmp_path / "reindex.log")
        with SearchesUnderLoad(create_app(parts, asked), steady) as shoppers, publisher.at_work():
            # The same events and searches before the build as beside it: its share is what differs.
            shoppers.seen.seconds.clear()
            _watch_deletes(store, publisher, shoppers, seconds=_CALM_SECONDS)
            calm_ms = shoppers.seen.p99_ms()
            shoppers.seen.seconds.clear()
            reindex.start()
            try:
                _watch_until_promoted(store, publisher, shoppers, reindex)
                built_ms = shoppers.seen.p99_ms()
                new = f"products-{VERSION}"
                assert eventually(lambda: shoppers.last_generation == new), shoppers.last_generation
                _watch_deletes(store, publisher, shoppers, seconds=1)
                began = monotonic()
                store.promote(store.previous() or "")
                assert eventually(lambda: shoppers.last_generation == old, timeout_seconds=2)
                rolled_back_seconds = monotonic() - began
                _watch_deletes(store, publisher, shoppers, seconds=1)
            except BaseException:
                reindex.kill()
                raise
        seen = shoppers.seen
        with capsys.disabled():
            print(
                f"\n{source}: {sum(seen.generations.values())} searches ({seen.generations}), "
                f"{len(seen.failures)} wrong, p99 {calm_ms:.0f} ms before and {built_ms:.0f} ms while it was "
                f"built (× {built_ms / calm_ms:.2f}), rolled back in {rolled_back_seconds:.2f} s"
            )
        assert seen.failures == []
        assert seen.generations.keys() == {old, new}
        for name in (old, new):
            assert _comes_to_hold(store, name, publisher.sold), name
        assert reindex.end(signal.SIGTERM, 60) == 0, reindex.log_tail()
    outcome = json.loads((tmp_path / "reindex.log").read_text().splitlines()[-1])
    assert outcome["source"] == source
    assert outcome["audit"]["clean"]
    # The shop changes between the two questions; at rest they are the same, as test_reindex sees.
    assert outcome["comparison"]["overlap_of_ten"] > 0
    store.close()
    searched.close()


def _watch_until_promoted(
    store: VectorStore, publisher: Publisher, shoppers: SearchesUnderLoad, reindex: OwnedProcess
) -> None:
    deadline = monotonic() + 200
    before = store.promoted()
    while store.promoted() == before:
        assert reindex.running, reindex.log_tail()
        assert monotonic() < deadline, reindex.log_tail()
        _watch_deletes(store, publisher, shoppers, seconds=0.1)


def _watch_deletes(
    store: VectorStore, publisher: Publisher, shoppers: SearchesUnderLoad, *, seconds: float
) -> None:
    """Tell the shoppers of products whose delete was applied wherever searches may be answered from."""
    until = monotonic() + seconds
    while True:
        deleted = list(publisher.deleted)
        for name in (each.name for each in store.generations()):
            records = ProductIndex(store.open(name)).records(deleted)
            # A generation that is built knows a delete, or has not heard of the product.
            deleted = [each for each in deleted if each not in records or not records[each].live]
            if name == store.promoted():
                deleted = [each for each in deleted if each in records]
        shoppers.gone = frozenset(deleted)
        if monotonic() >= until:
            return
        Flag().wait(0.05)


def _comes_to_hold(store: VectorStore, name: str, sold: dict[str, str]) -> bool:
    return eventually(lambda: _found(store, name) == sold, timeout_seconds=60)


def _found(store: VectorStore, name: str) -> dict[str, str]:
    records = ProductIndex(store.open(name)).all_records()
    return {
        record.product_id: image.url
        for record in records
        for image in record.images
        if record.live and image.status is ImageStatus.INDEXED
    }
