"""The Node example's outbox: killed at every step, or without Kafka, it loses and invents no event."""

import json
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from pymongo import MongoClient
from pymongo.collection import Collection

from product_events import EventPolicy, OrderKind, ProductChange, RawMessage, decode_event
from tests.brokers.broker import Broker
from tests.brokers.fixtures import StartKafka
from tests.brokers.topics import Topics
from tests.services.eventually import eventually
from tests.services.java_mongodb import running_java_mongodb
from tests.services.shop_backend import ManyBackends, ShopBackend, ShopRequests
from tests.services.topic_reading import read_topics

pytestmark = pytest.mark.timeout(240)

# Short, so that what a killed process held is soon anyone's; a slow machine only tries more often.
_QUICK = {
    "KAFKA_DELIVERY_SECONDS": "1.5",
    "MONGODB_TIMEOUT_SECONDS": "1.5",
    "RELAY_LEASE_SECONDS": "4.5",
    "RELAY_POLL_SECONDS": "0.2",
    "SEARCH_API_URL": "http://127.0.0.1:9",
}
_SHIRT = {"name": "Linen shirt", "category": "shirt", "price": "49.9", "stock": "3"}
_PHOTO = {"front.jpg": b"\xff\xd8\xff and so on"}
_SETTLED_SECONDS = 60

Products = Collection[dict[str, Any]]


@pytest.fixture(scope="module")
def mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_java_mongodb(tmp_path_factory.mktemp("mongodb")) as address:
        yield address


class Shop:
    """A database and a topic of one test, and the backends on them."""

    def __init__(self, mongodb: str, bootstrap_servers: str, topic: str, folder: Path) -> None:
        self.folder = folder
        self.bootstrap_servers = bootstrap_servers
        self.topic = topic
        self.uri = f"mongodb://{mongodb}/shop{uuid4().hex}?directConnection=true"
        self._client = MongoClient[dict[str, Any]](self.uri)
        self.products: Products = self._client.get_default_database()["products"]
        self._backends: list[ShopBackend] = []

    @property
    def settings(self) -> dict[str, str]:
        """What tells a backend that it is this shop's."""
        return {
            "MONGODB_URI": self.uri,
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "KAFKA_TOPICS": self.topic,
            "PHOTO_FOLDER": str(self.folder / "photos"),
        }

    def backend(self, *script: str, **changed: str) -> ShopBackend:
        """A backend that listens."""
        settings = {**_QUICK, **self.settings, **changed}
        backend = ShopBackend(self.folder, settings, script or ("main.js",))
        self._backends.append(backend)
        backend.start_and_wait()
        return backend

    def settled(self) -> bool:
        """Whether no event waits any more."""
        return self.products.count_documents({"outbox": {"$exists": True}}) == 0

    def messages(self) -> list[RawMessage]:
        return read_topics(self.bootstrap_servers, [self.topic])

    def told(self) -> list[tuple[str, int, float | None]]:
        """Of every message, in the order of the log: the product, its version and its price."""
        events = [json.loads(message.value or b"{}")["data"] for message in self.messages()]
        return [(event["id"], event["version"], event.get("price")) for event in events]

    def assert_log_tells_the_products(self) -> None:
        """Every product's last event is what the database has; versions only grow; deleted ones are gone."""
        last: dict[str, ProductChange] = {}
        for message in self.messages():
            change = decode_event(message, EventPolicy(OrderKind.VERSION))
            before = last.get(change.product_id)
            assert before is None or before.order <= change.order, "an older event came after a newer one"
            last[change.product_id] = change
        documents = {str(document["_id"]): document for document in self.products.find()}
        assert {id_ for id_, change in last.items() if not change.deleted} == set(documents)
        for id_, document in documents.items():
            told = last[id_].product
            assert told is not None
            assert (told.version, told.price, told.name) == (
                document["version"],
                document["price"],
                document["name"],
            )
            assert [image.url for image in told.images] == [image["url"] for image in document["images"]]

    def close(self) -> None:
        for backend in self._backends:
            backend.kill()
        self._client.close()


@pytest.fixture
def shop(mongodb: str, kafka: Broker, topics: Topics, tmp_path: Path) -> Iterator[Shop]:
    made = Shop(mongodb, kafka.bootstrap_servers, topics.create("products"), tmp_path)
    yield made
    made.close()


def carry_out(backend: ShopBackend, operation: str, product_id: str | None) -> bool:
    """Ask for it; returns whether an answer came before the process died."""
    try:
        if operation == "create":
            backend.create(_SHIRT, _PHOTO)
        elif operation == "update":
            assert product_id is not None
            backend.update(product_id, {"price": "12"}, _PHOTO)
        else:
            assert product_id is not None
            backend.delete(product_id)
    except requests.ConnectionError:
        return False
    return True


_RELAY_STEPS = ("outbox.take", "outbox.read", "publisher.publish", "outbox.clear")
_STEPS = [
    *((operation, step) for operation in ("create", "update", "delete") for step in _RELAY_STEPS),
    ("create", "photos.store"),
    ("create", "products.create"),
    ("update", "photos.store"),
    ("update", "products.change"),
    ("delete", "products.remove"),
    ("delete", "photos.remove"),
]
_MOMENTS = ("before", "after")
# Enough for many backends in one process, and for a product that failed to be tried again soon.
_TOGETHER = {
    "KAFKA_DELIVERY_SECONDS": "5",
    "MONGODB_TIMEOUT_SECONDS": "5",
    "RELAY_LEASE_SECONDS": "15",
    "RELAY_POLL_SECONDS": "1",
}
_ALL_SETTLED_SECONDS = 150

Case = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Death:
    """What was seen of a process that died at its step."""

    exit_status: int | None
    answered: bool
    told_before: int


@pytest.fixture(scope="module")
def deaths(
    mongodb: str, kafka: Broker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[Case, tuple[Shop, Death]]]:
    """For each case a shop of its own, in which a process was killed and another one has settled the rest.

    The killed ones are processes of their own; those before and after them share one, which starts once.
    """
    folder = tmp_path_factory.mktemp("deaths")
    topics = Topics(kafka.bootstrap_servers)
    shops = {
        (operation, step, moment): Shop(
            mongodb,
            kafka.bootstrap_servers,
            topics.create("products"),
            folder / f"{operation}.{step}.{moment}",
        )
        for operation, step in _STEPS
        for moment in _MOMENTS
    }
    try:
        changed = {case: shop for case, shop in shops.items() if case[0] != "create"}
        with backends_together(folder / "before", changed.values()) as before:
            products = {
                case: backend.create(_SHIRT, _PHOTO)["id"]
                for case, backend in zip(changed, before, strict=True)
            }
        died = {case: die_at(case, shop, products.get(case)) for case, shop in shops.items()}
        with backends_together(folder / "after", shops.values()):
            pass
        yield {case: (shop, died[case]) for case, shop in shops.items()}
    finally:
        for shop in shops.values():
            shop.close()
        topics.delete_all()


@contextmanager
def backends_together(folder: Path, shops: Iterable[Shop]) -> Iterator[list[ShopRequests]]:
    """A backend for each; after the block all shops have settled, and the backends have ended."""
    settling = list(shops)
    process = ManyBackends(folder, {**_QUICK, **_TOGETHER}, [shop.settings for shop in settling])
    try:
        yield process.start_and_wait()
        assert eventually(lambda: all(shop.settled() for shop in settling), _ALL_SETTLED_SECONDS), (
            process.log_tail()
        )
        process.end(signal.SIGTERM, 60)
    finally:
        process.kill()


def die_at(case: Case, shop: Shop, product_id: str | None) -> Death:
    """Have a backend carry out the operation and die at the step."""
    operation, step, moment = case
    told_before = len(shop.messages())
    dying = shop.backend("tests/dying_backend.js", moment, step)
    answered = carry_out(dying, operation, product_id)
    assert eventually(lambda: not dying.running, _SETTLED_SECONDS), f"{step} was never reached"
    return Death(dying.exit_status, answered, told_before)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("moment", _MOMENTS)
@pytest.mark.parametrize(("operation", "step"), _STEPS)
def test_a_kill_at_any_step_loses_and_invents_nothing(
    deaths: Mapping[Case, tuple[Shop, Death]], operation: str, step: str, moment: str
) -> None:
    """kill -9, then another instance: the log's last word is what the database holds, no more, no less."""
    shop, death = deaths[operation, step, moment]
    assert death.exit_status == -signal.SIGKILL
    changed = death.answered or (moment, step) not in {
        ("before", "products.create"),
        ("before", "products.change"),
        ("before", "products.remove"),
        ("before", "photos.store"),
        ("after", "photos.store"),
    }
    told = len(shop.messages())
    assert (told > death.told_before) == changed
    shop.assert_log_tells_the_products()
    print(f"{operation}: killed {moment} {step}: {told - death.told_before} events told afterwards")


@pytest.mark.slow
def test_without_kafka_everything_waits(mongodb: str, start_kafka: StartKafka, tmp_path: Path) -> None:
    """Kafka away: the shop goes on, and tells each product's present state, once it is back, by itself."""
    broker = start_kafka({})
    shop = Shop(mongodb, broker.bootstrap_servers, Topics(broker.bootstrap_servers).create(), tmp_path)
    try:
        backend = shop.backend()
        kept = backend.create(_SHIRT)["id"]
        assert eventually(shop.settled, _SETTLED_SECONDS), backend.log_tail()
        broker.stop()
        for price in range(1, 6):
            backend.update(kept, {"price": str(price)})
        gone = backend.create(_SHIRT)["id"]
        backend.delete(gone)
        created = backend.create({**_SHIRT, "name": "Made meanwhile"})["id"]
        assert eventually(lambda: backend.log_tail(1000).count("event not published") >= 6, 60)
        assert not shop.settled()
        broker.start()
        assert eventually(shop.settled, 90), backend.log_tail()
        shop.assert_log_tells_the_products()
        assert shop.products.find_one({"price": 5.0}) is not None
        assert {kept, gone, created} <= {(message.key or b"").decode() for message in shop.messages()}
    finally:
        shop.close()


@pytest.mark.slow
def test_two_instances_at_once_tell_everything_once_and_in_order(shop: Shop) -> None:
    """Changed through both at once, each product's versions come in order, none twice, up to the last."""
    patient = {"KAFKA_DELIVERY_SECONDS": "10", "MONGODB_TIMEOUT_SECONDS": "10", "RELAY_LEASE_SECONDS": "60"}
    backends = [shop.backend(**patient), shop.backend(**patient)]
    ids = [backends[n % 2].create({**_SHIRT, "name": f"Shirt {n}"})["id"] for n in range(6)]
    for price in range(1, 8):
        for n, product_id in enumerate(ids):
            backends[(n + price) % 2].update(product_id, {"price": str(price)})
    for product_id in ids[:2]:
        backends[0].delete(product_id)
    assert eventually(shop.settled, _SETTLED_SECONDS), backends[0].log_tail()
    shop.assert_log_tells_the_products()
    assert shop.products.count_documents({}) == 4
    assert {document["version"] for document in shop.products.find()} == {8}
    told = [(product_id, version) for product_id, version, _ in shop.told()]
    assert len(told) == len(set(told))


class Frozen:
    """An instance in the middle of publishing a product's second version, held up."""

    def __init__(self, shop: Shop) -> None:
        first = shop.backend()
        self.product_id: str = first.create(_SHIRT)["id"]
        assert eventually(shop.settled, _SETTLED_SECONDS), first.log_tail()
        self.backend = shop.backend("tests/frozen_backend.js")
        first.end(signal.SIGTERM, 30)
        self.backend.update(self.product_id, {"price": "1"})
        assert eventually(lambda: "frozen" in self.backend.log_tail(), _SETTLED_SECONDS)
        self._thaw = shop.folder / "thaw"

    def thaw(self) -> None:
        self._thaw.touch()
        assert eventually(lambda: "thawed" in self.backend.log_tail(), _SETTLED_SECONDS)


@pytest.mark.slow
def test_a_change_during_a_delivery_is_told_too(shop: Shop) -> None:
    """The clear finds another event in the outbox, leaves it, and it is published next."""
    frozen = Frozen(shop)
    frozen.backend.update(frozen.product_id, {"price": "2"})
    frozen.thaw()
    assert eventually(shop.settled, _SETTLED_SECONDS), frozen.backend.log_tail()
    assert [(version, price) for _, version, price in shop.told()] == [(1, 49.9), (2, 1), (3, 2)]


@pytest.mark.slow
@pytest.mark.parametrize("deleted", [False, True])
def test_what_was_overtaken_is_told_again(shop: Shop, deleted: bool) -> None:
    """An instance frozen past its lease publishes an old state last: the present one is told once more."""
    frozen = Frozen(shop)
    other = shop.backend()
    if deleted:
        other.delete(frozen.product_id)
    else:
        other.update(frozen.product_id, {"price": "2"})
    assert eventually(shop.settled, _SETTLED_SECONDS), other.log_tail()
    frozen.thaw()
    assert eventually(lambda: shop.settled() and shop.told()[-1][1] == 3, _SETTLED_SECONDS), shop.told()
    told = [(version, price) for _, version, price in shop.told()]
    newest = (3, None) if deleted else (3, 2)
    # What the other told before it knew of the new state depends on when it came to it.
    since = told[told.index(newest) :]
    assert since[1] == (2, 1)
    assert set(since[2:]) == {newest}
    assert shop.products.count_documents({}) == (0 if deleted else 1)
