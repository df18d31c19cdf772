"""Every test of this folder that asks for a store or a collection runs once over each engine."""

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import count

import pytest

from tests.contract.engines import ENGINES, Engine
from tests.contract.samples import ATTRIBUTES, MakeGeneration, a_generation, empty
from vector_store import Collection, VectorStore

_numbers = count()


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    name: str = request.param
    with closing(ENGINES[name](tmp_path_factory.mktemp(name))) as engine:
        yield engine


@pytest.fixture(scope="session")
def shared_collection(engine: Engine) -> Iterator[Collection]:
    with closing(engine.open("shared")) as store:
        yield store.create(a_generation(collection=engine.collection("shared"), attributes=ATTRIBUTES))


@pytest.fixture
def collection(shared_collection: Collection) -> Collection:
    """An empty collection; making one takes an engine long, so all tests use the same."""
    empty(shared_collection)
    return shared_collection


@pytest.fixture
def threaded_collection(engine: Engine, collection: Collection) -> Collection:
    """The same, where the engine serves several threads at once."""
    if not engine.threads:
        pytest.skip("this engine is for one thread")
    return collection


@pytest.fixture
def shop() -> str:
    """The name of a shop that nobody has used."""
    return f"shop{next(_numbers)}"


@pytest.fixture
def store(engine: Engine, shop: str) -> Iterator[VectorStore]:
    """A store without any generation."""
    with closing(engine.open(shop)) as store:
        yield store


@pytest.fixture
def make(engine: Engine, shop: str) -> MakeGeneration:
    """Makes descriptions of generations of the shop."""
    return partial(a_generation, collection=engine.collection(shop))
