"""A MongoDB for tests: noida-db's, behind a front that writes commands as it understands them.

Drivers send the documents of an insert, update or delete beside the command (sections of kind 1); noida-db
reads only the command itself. The front moves them there, and changes nothing else.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any, Final

import bson
import pytest
from pymongo import MongoClient
from pymongo.database import Database

from tests.brokers.free_ports import free_ports
from tests.brokers.noida_server import noida_executable
from tests.brokers.owned_process import OwnedProcess
from tests.ci import skip_or_fail
from tests.services.eventually import eventually

_OP_MSG: Final = 2013
_HEADER: Final = struct.Struct("<iiii")
_INT: Final = struct.Struct("<i")

Shop = Database[dict[str, Any]]


@contextmanager
def running_mongodb(folder: Path) -> Iterator[str]:
    """Yield the address, host:port, of a MongoDB that is empty and ends with the block."""
    executable = noida_executable()
    if executable is None:
        skip_or_fail("noida-db has no program for this platform")
    (port,) = free_ports(1)
    folder.mkdir(parents=True, exist_ok=True)
    words = ["start", "--only", "mongodb", "--mongodb-port", str(port), "--data-dir", str(folder / "data")]
    process = OwnedProcess([str(executable), *words], folder / "noida.log")
    process.start()
    try:
        assert eventually(lambda: _answers(port), timeout_seconds=30), process.log_tail()
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            Thread(target=_accept, args=(listener, port), daemon=True).start()
            yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        process.terminate(10)


@contextmanager
def opened_shop(address: str) -> Iterator[Shop]:
    """The database `shop` at that address."""
    with MongoClient[dict[str, Any]](shop_uri(address), tz_aware=True) as client:
        yield client["shop"]


def shop_uri(address: str) -> str:
    return f"mongodb://{address}/shop?directConnection=true"


@pytest.fixture(scope="session")
def mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The MongoDB that the run shares, as host:port: use collections of your own."""
    with running_mongodb(tmp_path_factory.mktemp("mongodb")) as address:
        yield address


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _accept(listener: socket.socket, port: int) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            server = socket.create_connection(("127.0.0.1", port))
            Thread(target=_ask, args=(client, server), daemon=True).start()
            Thread(target=_answer, args=(server, client), daemon=True).start()


def _ask(client: socket.socket, server: socket.socket) -> None:
    with client, server, suppress(OSError, EOFError):
        while True:
            header = _exactly(client, _HEADER.size)
            length, request, response_to, kind = _HEADER.unpack(header)
            content = _exactly(client, length - _HEADER.size)
            if kind == _OP_MSG:
                content = _in_one_section(content)
            server.sendall(_HEADER.pack(len(content) + _HEADER.size, request, response_to, kind) + content)


def _answer(server: socket.socket, client: socket.socket) -> None:
    with suppress(OSError):
        while some := server.recv(65_536):
            client.sendall(some)
    with suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)


def _in_one_section(content: bytes) -> bytes:
    flags, place = content[:4], 4
    body: dict[str, Any] = {}
    beside: dict[str, list[Any]] = {}
    while place < len(content):
        kind, start = content[place], place + 1
        (size,) = _INT.unpack_from(content, start)
        if kind == 0:
            body = bson.decode(content[start : start + size])
        else:
            end_of_name = content.index(b"\0", start + 4)
            name = content[start + 4 : end_of_name].decode()
            beside[name] = bson.decode_all(content[end_of_name + 1 : start + size])
        place = start + size
    if not beside:
        return content
    return flags + b"\0" + bson.encode({**body, **beside})


def _exactly(connection: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        some = connection.recv(count - len(found))
        if not some:
            raise EOFError
        found += some
    return found
