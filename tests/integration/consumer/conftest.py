"""What the consumer's own tests share: three topics, an image host, settings for both."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import pytest

from consumer.settings import ConsumerSettings
from model.embedder import Embedder
from model.load_embedder import load_embedder
from model.settings import ModelSettings
from tests.brokers.broker import Broker
from tests.brokers.topics import Topics
from tests.engine_server.engine_server import EngineServer
from tests.image_host.scripted_image_host import ScriptedImageHost
from tests.services.group_progress import GroupProgress, group_of_index, group_of_store
from tests.services.qdrant_server import QDRANT_SERVER, remove_collections
from vector_store import VectorStore

# "server" is the tests' own, "qdrant" a real one, where QDRANT_HOST names it.
ENGINES = ("edge", "server", *(("qdrant",) if QDRANT_SERVER.qdrant_host else ()))
CATALOG = Path(__file__).parents[3] / "producer_examples" / "sample_catalog"


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop's surroundings: where its events go, where its pictures are, and where the index will be.

    folder: of Edge, where the index is there. index: the settings that say where it is.
    """

    bootstrap_servers: str
    created: str
    updated: str
    deleted: str
    dead_letters: str
    host: ScriptedImageHost
    folder: Path
    index: Mapping[str, str]

    @property
    def topics(self) -> tuple[str, str, str]:
        return self.created, self.updated, self.deleted

    def environment(self, **changed: str) -> dict[str, str]:
        """The settings as the environment of a process."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "KAFKA_TOPICS": ",".join(self.topics),
            "KAFKA_DEAD_LETTER_TOPIC": self.dead_letters,
            **self.index,
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

    def wait_until_done(self, store: VectorStore | None = None, timeout_seconds: float = 60) -> None:
        """Block until everything is committed; without a store, of the index in the folder."""

        def find_group() -> str | None:
            return group_of_index(self.folder) if store is None else group_of_store(store)

        self.progress().wait_until_done(find_group, timeout_seconds)


@pytest.fixture
def image_host() -> Iterator[ScriptedImageHost]:
    with ScriptedImageHost() as host:
        yield host


@pytest.fixture
def shop_on_edge(kafka: Broker, topics: Topics, tmp_path: Path, image_host: ScriptedImageHost) -> Shop:
    """A shop whose index is a folder."""
    folder = tmp_path / "index"
    return make_shop(kafka, topics, image_host, folder, {"QDRANT_PATH": str(folder)})


@pytest.fixture
def engine_server(tmp_path: Path) -> Iterator[EngineServer]:
    folder = tmp_path / "engine"
    folder.mkdir()
    server = EngineServer(folder)
    yield server
    server.stop()


@pytest.fixture
def shop_on_server(
    kafka: Broker,
    topics: Topics,
    tmp_path: Path,
    image_host: ScriptedImageHost,
    engine_server: EngineServer,
) -> Shop:
    """A shop whose index is behind a server, shared by as many processes as a test likes."""
    where = {"QDRANT_HOST": "127.0.0.1", "QDRANT_GRPC_PORT": str(engine_server.port)}
    return make_shop(kafka, topics, image_host, tmp_path / "no-index", where)


@pytest.fixture
def shop_on_qdrant(
    kafka: Broker, topics: Topics, tmp_path: Path, image_host: ScriptedImageHost
) -> Iterator[Shop]:
    """A shop on the real server that the environment names, under a name of its own."""
    collection = f"shop{token_hex(4)}"
    yield make_shop(kafka, topics, image_host, tmp_path / "no-index", {"COLLECTION": collection})
    remove_collections(collection)


@pytest.fixture(params=["edge"])
def shop(request: pytest.FixtureRequest) -> Shop:
    """A shop on Edge; `@pytest.mark.parametrize("shop", ENGINES, indirect=True)`: on each engine in turn."""
    shop = request.getfixturevalue(f"shop_on_{request.param}")
    assert isinstance(shop, Shop)
    return shop


def make_shop(
    kafka: Broker, topics: Topics, host: ScriptedImageHost, folder: Path, index: Mapping[str, str]
) -> Shop:
    return Shop(
        bootstrap_servers=kafka.bootstrap_servers,
        created=topics.create("product.created", partitions=3),
        updated=topics.create("product.updated", partitions=3),
        deleted=topics.create("product.deleted", partitions=3),
        dead_letters=topics.create("product.dead-letters"),
        host=host,
        folder=folder,
        index=index,
    )


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return load_embedder(ModelSettings())


@pytest.fixture(scope="session")
def photos() -> list[bytes]:
    """The sample catalogue's pictures, in the order of their names."""
    return [path.read_bytes() for path in sorted((CATALOG / "images").glob("*.jpg"))]
