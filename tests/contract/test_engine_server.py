"""The tests' engine server beyond the contract: it dies, comes back, and goes wrong when told to."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import grpc  # type: ignore[import-untyped]  # it has no stubs
import pytest
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from tests.contract.samples import a_generation, insert, number_id, stored
from tests.engine_server.engine_server import EngineServer
from tests.engine_server.qdrant_front import EVERY_METHOD, Fault
from vector_store import Collection, StoreUnavailable, VectorStore, VectorStoreSettings, open_store
from vector_store.points import Point

REPOSITORY = Path(__file__).parents[2]
LONGEST_WAY_BACK_SECONDS = 20


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EngineServer]:
    server = EngineServer(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def store(server: EngineServer) -> Iterator[VectorStore]:
    settings = VectorStoreSettings(
        qdrant_host="127.0.0.1", qdrant_grpc_port=server.port, qdrant_timeout_seconds=2
    )
    with closing(open_store(settings)) as store:
        yield store


@pytest.fixture
def collection(store: VectorStore) -> Collection:
    return store.create(a_generation())


def a_point(number: int) -> list[Point]:
    return [Point(number_id(number), {"n": number})]


def eventually_stored(collection: Collection) -> set[str]:
    """What there is once the client has found its way back, for which it has some seconds."""
    for attempt in Retrying(
        retry=retry_if_exception_type(StoreUnavailable),
        wait=wait_fixed(0.1),
        stop=stop_after_delay(LONGEST_WAY_BACK_SECONDS),
    ):
        with attempt:
            return set(stored(collection))
    raise AssertionError("the server did not come back")


def test_it_comes_back_where_it_was_and_with_all_it_had(server: EngineServer, collection: Collection) -> None:
    """Killed, it is unavailable; started again, it has what was written, on its port, for open stores."""
    insert(collection, a_point(1))
    port = server.port
    server.kill()
    with pytest.raises(StoreUnavailable):
        insert(collection, a_point(2))
    server.start()
    assert server.port == port
    assert eventually_stored(collection) == {number_id(1)}
    insert(collection, a_point(3))
    assert set(stored(collection)) == {number_id(1), number_id(3)}


def test_faults_are_had_on_demand(server: EngineServer, collection: Collection) -> None:
    """Some calls or all fail, with what was asked done or not, until told otherwise."""
    server.fail("UpdateBatch", Fault(code=grpc.StatusCode.UNAVAILABLE), times=1)
    server.fail("UpdateBatch", Fault(code=grpc.StatusCode.DEADLINE_EXCEEDED, applied=True), times=1)
    for number in (1, 2):
        with pytest.raises(StoreUnavailable):
            insert(collection, a_point(number))
    assert set(stored(collection)) == {number_id(2)}
    server.fail(EVERY_METHOD, Fault(code=grpc.StatusCode.RESOURCE_EXHAUSTED))
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            stored(collection)
    server.fail(EVERY_METHOD, None)
    assert set(stored(collection)) == {number_id(2)}


KILLED_PARENT = """
import os, pathlib, signal, sys
from tests.engine_server.engine_server import EngineServer
server = EngineServer(pathlib.Path(sys.argv[1]))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    """A parent that is killed leaves no engine server behind: its folder is free for the next one."""
    command = [sys.executable, "-c", KILLED_PARENT, str(tmp_path)]
    # The server has the standard error of its parent, so reading that to its end waits for the server's.
    parent = subprocess.run(command, cwd=REPOSITORY, stderr=subprocess.PIPE, timeout=60, check=False)
    assert parent.returncode == -signal.SIGKILL, parent.stderr
    EngineServer(tmp_path).stop()
