"""What the consumer's own tests share: three topics, an image host, settings for both."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from consumer.settings import ConsumerSettings
from model.embedder import Embedder
from model.load_embedder import load_embedder
from model.settings import ModelSettings
from tests.brokers.broker import Broker
from tests.brokers.topics import Topics
from tests.image_host.scripted_image_host import ScriptedImageHost
from tests.services.group_progress import GroupProgress

CATALOG = Path(__file__).parents[3] / "producer_examples" / "sample_catalog"


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop's surroundings: where its events go, where its pictures are, and where the index will be."""

    bootstrap_servers: str
    created: str
    updated: str
    deleted: str
    dead_letters: str
    host: ScriptedImageHost
    folder: Path

    @property
    def topics(self) -> tuple[str, str, str]:
        return self.created, self.updated, self.deleted

    def environment(self, **changed: str) -> dict[str, str]:
        """The settings as the environment of a process."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "KAFKA_TOPICS": ",".join(self.topics),
            "KAFKA_DEAD_LETTER_TOPIC": self.dead_letters,
            "QDRANT_PATH": str(self.folder),
            "IMAGE_LOCAL_HOSTS": self.host.address,
            "CONSUMER_STATUS_PORT": "0",
            "COMMIT_INTERVAL_SECONDS": "0.2",
            "MEND_INTERVAL_SECONDS": "0.2",
            **changed,
        }

    def settings(self, **changed: str) -> ConsumerSettings:
        """The settings as the services take them."""
        named = {name.lower(): value for name, value in self.environment(**changed).items()}
        return ConsumerSettings.model_validate(named)

    def progress(self) -> GroupProgress:
        return GroupProgress(self.bootstrap_servers, self.topics)


@pytest.fixture
def shop(kafka: Broker, topics: Topics, tmp_path: Path) -> Iterator[Shop]:
    with ScriptedImageHost() as host:
        yield Shop(
            bootstrap_servers=kafka.bootstrap_servers,
            created=topics.create("product.created", partitions=3),
            updated=topics.create("product.updated", partitions=3),
            deleted=topics.create("product.deleted", partitions=3),
            dead_letters=topics.create("product.dead-letters"),
            host=host,
            folder=tmp_path / "index",
        )


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return load_embedder(ModelSettings())


@pytest.fixture(scope="session")
def photos() -> list[bytes]:
    """The sample catalogue's pictures, in the order of their names."""
    return [path.read_bytes() for path in sorted((CATALOG / "images").glob("*.jpg"))]
