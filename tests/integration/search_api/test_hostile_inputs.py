"""What strangers may send gets the right answer, while others search as if nothing were."""

import http.client
import json
import socket
import struct
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import psutil
import pytest

from model.onnx_embedder import read_info
from model.settings import SHIPPED_MODEL
from tests.integration.search_api.hostile_bodies import Hostile, hostile_bodies
from tests.integration.search_api.raw_connections import connected, everything_from, post_head, status_in
from tests.services.search_api_process import SearchApiProcess
from tests.unit.search_api.shop import RED, SHOP, generation, picture
from vector_store import ProductIndex
from vector_store.edge import EdgeStore

SEARCHERS = 8
AT_ONCE = 3
SLOW, GONE = 40, 40
# Long enough for a large body on a machine whose cores have other work too.
RECEIVE_SECONDS = 15
MEBIBYTE = 2**20
# What compose gives the process; a bomb must not come near.
MAX_RESIDENT_MIB = 900
# Of what it took before the attack: allocators keep some of what was freed.
MAX_GROWTH_MIB = 150


@pytest.fixture
def service(tmp_path: Path) -> Iterator[SearchApiProcess]:
    """The API as a process of its own, over the sample shop and the model that ships."""
    info = read_info(SHIPPED_MODEL)
    store = EdgeStore(tmp_path / "index")
    name = f"products-{info.model_version}"
    made = store.create(generation(name, model_version=info.model_version, dimension=info.dimension))
    ProductIndex(made).write(SHOP)
    store.promote(name)
    store.close()
    settings = {
        "QDRANT_PATH": str(tmp_path / "index"),
        "SEARCH_API_RATE_LIMIT": "",
        "SEARCH_API_RECEIVE_SECONDS": str(RECEIVE_SECONDS),
        "SEARCH_API_PHOTO_WAIT_SECONDS": "30",
        "LOG_LEVEL": "WARNING",
    }
    process = SearchApiProcess(settings, tmp_path / "log")
    process.start()
    try:
        process.wait_until_ready()
        yield process
    finally:
        process.kill()


def port_of(service: SearchApiProcess) -> int:
    return int(service.address.rpartition(":")[2])


def status_of(port: int, content_type: str, body: bytes) -> int:
    """The status of one search; a connection closed on a body that is too large counts by what it said."""
    with connected(port) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(post_head(len(body), content_type) + body)
        return status_in(everything_from(connection))


class Searchers:
    """Eight clients that search all the time, by product and by photo, and count what they get."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._stop = Event()
        self.statuses: Counter[int | str] = Counter()
        self._threads = [Thread(target=self._search, args=(n,)) for n in range(SEARCHERS)]

    @contextmanager
    def at_work(self) -> Iterator[None]:
        for each in self._threads:
            each.start()
        try:
            yield
        finally:
            self._stop.set()
            for each in self._threads:
                each.join()

    def _search(self, number: int) -> None:
        photo, product = picture(RED, "JPEG"), json.dumps({"product_id": "red-shirt"}).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        while not self._stop.wait(0.02):
            body, kind = (photo, "image/jpeg") if number % 4 == 0 else (product, "application/json")
            try:
                connection.request("POST", "/find_similar", body, {"Content-Type": kind})
                answer = connection.getresponse()
                answer.read()
                self.statuses[answer.status] += 1
            except OSError as error:
                self.statuses[repr(error)] += 1
        connection.close()


class ResidentMemory:
    """The most that a process has had in memory, and what it has now, in MiB."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._stop = Event()
        self._thread = Thread(target=self._watch)
        self.most = 0.0

    def now(self) -> float:
        return float(self._process.memory_info().rss / MEBIBYTE)

    @contextmanager
    def watched(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            self.most = max(self.most, self.now())


def send_all(port: int, bodies: list[Hostile]) -> list[str]:
    """Each body several times at once; what was answered wrongly, in words."""
    wrong = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for each in bodies:
            asked = [pool.submit(status_of, port, each.content_type, each.body) for _ in range(AT_ONCE)]
            got = [each.result() for each in asked]
            if not set(got) <= each.statuses:
                wrong.append(f"{each.name}: {got} instead of {sorted(each.statuses)}")
    return wrong


def hang_up(port: int) -> None:
    """Half a photo, and then a reset."""
    with connected(port) as connection:
        connection.sendall(post_head(50_000) + b"\x89PNG")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_hostile_inputs_harm_nobody(service: SearchApiProcess, capsys: pytest.CaptureFixture[str]) -> None:
    """Right statuses, bounded memory, and not one search of eight clients that fails meanwhile."""
    port = port_of(service)
    assert service.pid is not None
    memory = ResidentMemory(service.pid)
    searchers = Searchers(port)
    bodies = hostile_bodies()
    send_all(port, bodies[:2])
    before = memory.now()
    with memory.watched(), searchers.at_work(), ExitStack() as slow_ones:
        slow = [slow_ones.enter_context(connected(port)) for _ in range(SLOW)]
        for number, connection in enumerate(slow):
            connection.sendall((post_head(1_000_000) + bytes(5_000))[: 30 if number % 2 else None])
        for _ in range(GONE):
            hang_up(port)
        wrong = send_all(port, bodies)
        late = [status_in(everything_from(connection)) for connection in slow]
    with capsys.disabled():
        print(
            f"\n{len(bodies)} hostile bodies, {AT_ONCE} times each at once, {SLOW} slow and {GONE} broken "
            f"uploads, beside {sum(searchers.statuses.values())} searches of {SEARCHERS} clients: "
            f"{dict(searchers.statuses)}; resident {before:.0f} MiB before, {memory.most:.0f} at most, "
            f"{memory.now():.0f} after"
        )
    assert wrong == []
    assert late == [408] * SLOW
    assert searchers.statuses.keys() == {200}
    assert memory.most < MAX_RESIDENT_MIB
    assert memory.now() < before + MAX_GROWTH_MIB
    assert "Traceback" not in service.log_tail()
