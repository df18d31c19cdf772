"""A backend of the system before: its calls, real events, the consumer, and what shoppers find."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.brokers.broker import Broker
from tests.brokers.topics import Topics
from tests.engine_server.engine_server import EngineServer
from tests.services.consumer_process import ConsumerProcess
from tests.services.eventually import eventually
from tests.services.search_api_process import SearchApiProcess

pytestmark = pytest.mark.timeout(300)

_PHOTOS = sorted(
    (Path(__file__).parents[3] / "producer_examples" / "sample_catalog" / "images").glob("*.jpg")
)
_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Running:
    """The two services, each a process."""

    api: SearchApiProcess
    consumer: ConsumerProcess

    def call(self, path: str, **words: Any) -> Any:
        with requests.Session() as session:
            headers = {"X-API-Key": "key"}
            answer = session.post(f"{self.api.address}{path}", headers=headers, timeout=60, **words)
        assert answer.status_code in {200, 202}, f"{answer.text} {self.api.log_tail()}"
        return answer.json()

    def best(self, photo: Path) -> str | None:
        found = self.call("/find_similar", files={"file": ("a.jpg", photo.read_bytes())})["hits"]
        return found[0]["product"]["id"] if found and found[0]["score"] > 0.95 else None


@pytest.fixture
def running(kafka: Broker, topics: Topics, tmp_path: Path) -> Iterator[Running]:
    engine = EngineServer(tmp_path / "engine")
    shared = {
        "QDRANT_HOST": "127.0.0.1",
        "QDRANT_GRPC_PORT": str(engine.port),
        "IMAGE_DATA_URLS": "true",
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "KAFKA_TOPICS": topics.create("products", partitions=3),
        "KAFKA_DEAD_LETTER_TOPIC": topics.create("dead-letters"),
        "EVENT_ORDER": "version",
        "CONSUMER_STATUS_PORT": "0",
    }
    digest = sha256(b"key").hexdigest()
    api = SearchApiProcess({**shared, "SEARCH_API_KEYS": f"old:write:{digest}"}, tmp_path / "api.log")
    consumer = ConsumerProcess(shared, tmp_path / "consumer.log")
    try:
        consumer.start()
        api.start()
        api.wait_until_ready()
        yield Running(api, consumer)
    finally:
        api.kill()
        consumer.kill()
        engine.stop()


@pytest.mark.slow
def test_uploads_are_found_and_removed(running: Running) -> None:
    """Two rapid uploads for one product are both found; one is removed, then the product."""
    front, back = _PHOTOS[0], _PHOTOS[40]
    for photo in (front, back):
        files = {"image": (photo.name, photo.read_bytes(), "image/jpeg")}
        running.call("/upload_image", data={"productId": "p", "public_id": photo.name}, files=files)
    assert eventually(lambda: running.best(front) == running.best(back) == "p", _SECONDS)
    running.call("/remove_embedding?wait=20", json={"_id": "p", "image_id": back.name})
    assert running.best(back) is None
    assert running.best(front) == "p"
    (removed,) = running.call("/remove_embedding?wait=20", json={"product_id": "p"})["products"]
    assert removed["searchable"], running.consumer.log_tail()
    assert running.best(front) is None
