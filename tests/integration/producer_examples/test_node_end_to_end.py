"""A shop's backend, Kafka, the consumer and the search API, each a process, on one product's life."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.brokers.broker import Broker
from tests.brokers.free_ports import free_ports
from tests.brokers.topics import Topics
from tests.engine_server.engine_server import EngineServer
from tests.services.consumer_process import ConsumerProcess
from tests.services.dead_letter_reading import read_dead_letters
from tests.services.eventually import eventually
from tests.services.java_mongodb import running_java_mongodb
from tests.services.search_api_process import SearchApiProcess
from tests.services.shop_backend import ShopBackend
from tests.services.topic_reading import read_topics

pytestmark = pytest.mark.timeout(300)

_SEARCHABLE_SECONDS = 90
_IMAGES = Path(__file__).parents[3] / "producer_examples" / "sample_catalog" / "images"


@dataclass(frozen=True, slots=True)
class Connected:
    """All of it, running."""

    backend: ShopBackend
    consumer: ConsumerProcess
    search_api: SearchApiProcess
    bootstrap_servers: str
    products: str
    dead_letters: str

    def similar(self, photo: bytes, **terms: str) -> list[dict[str, Any]]:
        """The products that the shop shows for a photo; the search API is there."""
        answer = self.backend.similar_to_photo(photo, **terms)
        assert answer["degraded"] is False, answer
        products: list[dict[str, Any]] = answer["products"]
        return products

    def best(self, photo: bytes) -> str | None:
        """The id of the product that looks most like it, if any looks as good as the same."""
        found = self.similar(photo)
        return found[0]["id"] if found and found[0]["score"] > 0.99 else None

    def indexed(self, photo: bytes) -> set[str]:
        """The products that the search API itself finds for a photo, whatever the shop makes of them."""
        with requests.Session() as session:
            answer = session.post(
                f"{self.search_api.address}/find_similar", files={"file": ("p.jpg", photo)}, timeout=30
            )
        return {hit["product"]["id"] for hit in answer.json()["hits"]}

    def events_of(self, product_id: str) -> list[tuple[str, int]]:
        """Type and version of each event that Kafka has of a product, in order."""
        messages = read_topics(self.bootstrap_servers, [self.products])
        values = [json.loads(each.value or b"") for each in messages if each.key == product_id.encode()]
        return [(event["type"], event["data"]["version"]) for event in values]


@pytest.fixture
def connected(kafka: Broker, topics: Topics, tmp_path: Path) -> Iterator[Connected]:
    engine = EngineServer(tmp_path / "engine")
    products = topics.create("products", partitions=3)
    dead_letters = topics.create("dead-letters")
    (port,) = free_ports(1)
    index = {
        "QDRANT_HOST": "127.0.0.1",
        "QDRANT_GRPC_PORT": str(engine.port),
        "IMAGE_LOCAL_HOSTS": f"127.0.0.1:{port}",
    }
    events = {
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "KAFKA_TOPICS": products,
        "KAFKA_DEAD_LETTER_TOPIC": dead_letters,
        "EVENT_ORDER": "version",
        "CONSUMER_STATUS_PORT": "0",
    }
    consumer = ConsumerProcess({**index, **events}, tmp_path / "consumer.log")
    search_api = SearchApiProcess(index, tmp_path / "search_api.log")
    running: list[ConsumerProcess | SearchApiProcess | ShopBackend] = [consumer, search_api]
    with running_java_mongodb(tmp_path / "mongodb") as mongodb:
        shop = {
            "MONGODB_URI": f"mongodb://{mongodb}/shop?directConnection=true",
            "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
            "KAFKA_TOPICS": products,
            "SEARCH_API_URL": search_api.address,
            "SEARCH_TIMEOUT_SECONDS": "20",
            "SEARCH_REST_SECONDS": "0.2",
        }
        backend = ShopBackend(tmp_path / "shop", shop, port=port)
        running.append(backend)
        try:
            for process in (consumer, search_api):
                process.start()
            backend.start_and_wait()
            search_api.wait_until_ready()
            yield Connected(backend, consumer, search_api, kafka.bootstrap_servers, products, dead_letters)
        finally:
            for each in running:
                each.kill()
            engine.stop()


@pytest.mark.slow
def test_a_product_is_found_changed_and_gone(connected: Connected) -> None:
    """Created with photos by a form, it is found by its photo; changes and the delete are seen as well."""
    shop, photos = connected.backend, [path.read_bytes() for path in sorted(_IMAGES.glob("*.jpg"))[::40][:6]]
    first, second, other, front, back, new = photos
    shirt = shop.create(
        {"name": "Linen shirt", "category": "shirt", "price": "49.9", "attributes[colour]": "white"},
        {"front.jpg": front, "back.jpg": back},
    )
    assert len(shirt["images"]) == 2
    for name, photo in (("First", first), ("Second", second), ("Other", other)):
        shop.create({"name": name, "category": "other", "price": "10", "stock": "1"}, {f"{name}.jpg": photo})

    assert eventually(lambda: connected.best(back) == shirt["id"], _SEARCHABLE_SECONDS), why(connected)
    assert eventually(lambda: len(connected.similar(front)) == 4, _SEARCHABLE_SECONDS), why(connected)
    found = connected.similar(front)
    assert found[0]["matchedImage"] == shirt["images"][0]["url"]
    assert found[0]["attributes"] == {"colour": "white"}
    assert [product["name"] for product in connected.similar(first, limit="1")] == ["First"]
    assert {p["category"] for p in connected.similar(front, **{"filter.category": "other"})} == {"other"}
    like_it = shop.ask("GET", f"/{shirt['id']}/similar").json()
    assert like_it["degraded"] is False
    assert {product["name"] for product in like_it["products"]} == {"First", "Second", "Other"}
    by_id = shop.ask("POST", "/similar", json={"productId": shirt["id"], "filters": {"price": {"lt": 5}}})
    assert by_id.json() == {"products": [], "degraded": False}

    # The shop's own price counts at once; the index follows, for its filters.
    shop.update(shirt["id"], {"price": "12.5"})
    assert next(p for p in connected.similar(front) if p["id"] == shirt["id"])["price"] == 12.5
    assert eventually(
        lambda: [p["id"] for p in connected.similar(front, **{"filter.price": "12.5"})] == [shirt["id"]],
        _SEARCHABLE_SECONDS,
    )
    shop.update(
        shirt["id"], {"removePhotos": [image["publicId"] for image in shirt["images"]]}, {"new.jpg": new}
    )
    assert eventually(lambda: connected.best(new) == shirt["id"], _SEARCHABLE_SECONDS), why(connected)
    assert connected.best(back) is None

    shop.delete(shirt["id"])
    assert connected.best(new) is None
    assert eventually(lambda: shirt["id"] not in connected.indexed(new), _SEARCHABLE_SECONDS), why(connected)
    assert len(connected.indexed(new)) == 3
    # At least once, and in the order of what happened.
    events = connected.events_of(shirt["id"])
    assert list(dict.fromkeys(events)) == [
        ("product.created", 1),
        ("product.updated", 2),
        ("product.updated", 3),
        ("product.deleted", 4),
    ]
    assert events == sorted(events, key=lambda event: event[1])
    refused = shop.ask("POST", "/similar", data={"filter.colour": "red"}, files={"photo": ("p.jpg", new)})
    assert refused.status_code == 400
    connected.search_api.terminate(20)
    degraded = shop.similar_to_photo(new)
    assert (degraded["products"], degraded["degraded"]) == ([], True)
    assert degraded["reason"] == "search-unavailable"
    assert read_dead_letters(connected.bootstrap_servers, connected.dead_letters) == []


def why(connected: Connected) -> str:
    return connected.backend.log_tail() + connected.consumer.log_tail()
