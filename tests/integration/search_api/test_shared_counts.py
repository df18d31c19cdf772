"""Searches counted in Redis: several processes count together, and none needs it to answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from fakeredis import TcpFakeServer
from flask.testing import FlaskClient

from search_api.app import create_app
from tests.brokers.free_ports import free_ports
from tests.contract.memory_store import MemoryStore
from tests.unit.search_api.shop import SHOP, promoted_index, shop_parts, shop_settings

PATH = "/products/red-shirt/similar"


@contextmanager
def redis_server(port: int) -> Iterator[None]:
    """What answers as Redis does, on loopback."""
    server = TcpFakeServer(("127.0.0.1", port), server_type="redis")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def port() -> int:
    (found,) = free_ports(1)
    return found


def process(folder: Path, port: int) -> FlaskClient:
    """What stands for one process: an application with a limiter of its own."""
    store = MemoryStore()
    promoted_index(store).write(SHOP)
    settings = shop_settings(
        folder,
        search_api_rate_limit="4/hour",
        search_api_rate_limit_storage=f"redis://127.0.0.1:{port}",
    )
    return create_app(shop_parts(store), settings).test_client()


def test_processes_count_together(tmp_path: Path, port: int) -> None:
    """A client has its searches once, whichever replica answers them."""
    with redis_server(port):
        one, other = process(tmp_path, port), process(tmp_path, port)
        statuses = [client.get(PATH).status_code for client in (one, other, one, other, one, other)]
    assert statuses == [200, 200, 200, 200, 429, 429]


def test_without_redis_each_process_counts_for_itself(tmp_path: Path, port: int) -> None:
    """Searches go on, and are still counted."""
    one, other = process(tmp_path, port), process(tmp_path, port)
    assert [one.get(PATH).status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert other.get(PATH).status_code == 200
