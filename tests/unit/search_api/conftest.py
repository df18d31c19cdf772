from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from search_api.app import create_app
from tests.unit.search_api.shop import SHOP, FakeHost, promoted_index, shop_parts, shop_settings
from vector_store.edge import EdgeStore

MakeClient = Callable[..., FlaskClient]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EdgeStore]:
    """An empty store of the test's own."""
    opened = EdgeStore(tmp_path / "index")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdgeStore]:
    """A store with the sample shop in its promoted generation; tests only read it."""
    opened = EdgeStore(tmp_path_factory.mktemp("shop"))
    promoted_index(opened).write(SHOP)
    yield opened
    opened.close()


@pytest.fixture
def host() -> FakeHost:
    """The image host that the API fetches from."""
    return FakeHost()


@pytest.fixture
def make_client(shop: EdgeStore, host: FakeHost, tmp_path: Path) -> MakeClient:
    """Makes a client of the API over the sample shop, with settings of the test's own."""

    def make(**settings: object) -> FlaskClient:
        return create_app(shop_parts(shop, host), shop_settings(tmp_path, **settings)).test_client()

    return make


@pytest.fixture
def client(make_client: MakeClient) -> FlaskClient:
    """A client of the API over the sample shop."""
    return make_client()
