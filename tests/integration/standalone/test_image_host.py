import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from standalone.errors import PortTaken
from standalone.image_host import ImageHost
from tests.brokers.free_ports import free_ports


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"jpeg")
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    (folder / "b.txt").write_text("no photo")
    return folder


@pytest.fixture
def connection(photos: Path) -> Iterator[http.client.HTTPConnection]:
    """One connection to a host of the photos, kept for the whole test."""
    host = ImageHost(photos, *free_ports(1))
    host.start()
    connection = http.client.HTTPConnection(urlsplit(host.base_url).netloc, timeout=5)
    yield connection
    connection.close()
    host.stop()


def answer(connection: http.client.HTTPConnection, path: str, method: str = "GET") -> tuple[int, bytes]:
    connection.request(method, path)
    response = connection.getresponse()
    return response.status, response.read()


def test_photos_are_served_over_one_connection(connection: http.client.HTTPConnection) -> None:
    """A connection is kept, whatever was asked for before."""
    connection.connect()
    socket = connection.sock
    for _ in range(3):
        assert answer(connection, "/images/a.jpg") == (200, b"jpeg")
        assert answer(connection, "/images/a.jpg?v=2") == (200, b"jpeg")
        assert answer(connection, "/images/a.jpg", "HEAD") == (200, b"")
        assert answer(connection, "/images/none.jpg")[0] == 404
    assert connection.sock is socket


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/images/",
        "/a.jpg",
        "/images/b.txt",
        "/images/../secret.jpg",
        "/images/%2e%2e/secret.jpg",
        "/images//a.jpg",
        "/images/..%2fsecret.jpg",
        "/images/./a.jpg",
        "http://127.0.0.1/images/a.jpg",
    ],
)
def test_nothing_else_is_served(connection: http.client.HTTPConnection, path: str) -> None:
    """There is no way out of the folder, and no list of it."""
    assert answer(connection, path)[0] == 404


def test_a_taken_port_is_said(photos: Path) -> None:
    """Two hosts cannot have one port."""
    first = ImageHost(photos, *free_ports(1))
    first.start()
    try:
        with pytest.raises(PortTaken, match="photos"):
            ImageHost(photos, urlsplit(first.base_url).port or 0)
    finally:
        first.stop()
