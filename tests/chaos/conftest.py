"""What the chaos cases share: a seed, a shop for many members, pictures, and the table at the end."""

import os
from collections.abc import Iterator
from pathlib import Path
from random import SystemRandom
from secrets import token_hex
from time import monotonic

import pytest

from model.embedder import Embedder
from tests.brokers.broker import Broker
from tests.brokers.topics import Topics
from tests.chaos.album import Album, make_album
from tests.chaos.scale import SCALE, ChaosScale
from tests.chaos.trial import HEAD, Trial, line, table
from tests.engine_server.engine_server import EngineServer
from tests.image_host.scripted_image_host import ScriptedImageHost

# Their names are what tests ask for.
from tests.integration.consumer.conftest import (  # noqa: F401
    Shop,
    embedder,
    engine_server,
    image_host,
    photos,
)
from tests.services.qdrant_server import QDRANT_SERVER, remove_collections
from vector_store import VectorStore, open_store

_TRIALS = pytest.StashKey[list[Trial]]()
_TABLE = os.environ.get("CHAOS_TABLE")
_SHORT_SEED = 20_260
_PHOTOS = 24
_PARTITIONS = 6


@pytest.fixture
def trial(request: pytest.FixtureRequest) -> Iterator[Trial]:
    """This run of the case. CHAOS_SEED repeats one; at the short scale it is always the same.

    CHAOS_TABLE names a file that gets its line at once, so that a long run is known up to where it stands.
    """
    drawn = _SHORT_SEED if SCALE is ChaosScale.SHORT else SystemRandom().randrange(10**6)
    seed = int(os.environ.get("CHAOS_SEED") or drawn)
    case = request.node.name.removeprefix("test_").replace("_", " ")
    print(f"CHAOS_SEED={seed} repeats this run of: {case}")
    trial = Trial(case, seed)
    yield trial
    trial.seconds = monotonic() - trial.started
    request.config.stash.setdefault(_TRIALS, []).append(trial)
    if _TABLE is not None:
        path = Path(_TABLE)
        head = "" if path.exists() else HEAD
        with path.open("a") as file:
            file.write(head + line(trial.row()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if trials := config.stash.get(_TRIALS, []):
        terminalreporter.section("chaos")
        terminalreporter.write_line(table(trials))


@pytest.fixture
def album(embedder: Embedder, photos: list[bytes]) -> Album:  # noqa: F811 - the fixtures, by their names
    """Pictures that no two are taken for each other."""
    return make_album(embedder, photos[:_PHOTOS])


@pytest.fixture
def index(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Where many members share an index: on the tests' engine server, or on the one of QDRANT_HOST."""
    if QDRANT_SERVER.qdrant_host is None:
        server: EngineServer = request.getfixturevalue("engine_server")
        yield on(server)
        return
    collection = f"chaos{token_hex(4)}"
    yield {"COLLECTION": collection}
    remove_collections(collection)


@pytest.fixture
def shop(
    apache_kafka: Broker,
    topics: Topics,
    tmp_path: Path,
    image_host: ScriptedImageHost,  # noqa: F811 - the fixture, by its name
    index: dict[str, str],
) -> Shop:
    """A shop on the run's own broker."""
    return make_shop(apache_kafka, topics, image_host, tmp_path, index)


@pytest.fixture
def store(shop: Shop) -> Iterator[VectorStore]:
    """The shop's index, as the test sees it."""
    opened = open_store(shop.settings())
    yield opened
    opened.close()


def on(server: EngineServer) -> dict[str, str]:
    """The settings of an index on the tests' engine server."""
    return {"QDRANT_HOST": "127.0.0.1", "QDRANT_GRPC_PORT": str(server.port)}


def make_shop(
    kafka: Broker, topics: Topics, host: ScriptedImageHost, folder: Path, index: dict[str, str]
) -> Shop:
    """A shop with three topics of six partitions."""
    created, updated, deleted = (
        topics.create(f"product.{kind}", partitions=_PARTITIONS) for kind in ("created", "updated", "deleted")
    )
    return Shop(
        bootstrap_servers=kafka.bootstrap_servers,
        created=created,
        updated=updated,
        deleted=deleted,
        dead_letters=topics.create("product.dead-letters"),
        host=host,
        folder=folder / "index",
        index=index,
    )
