"""What plays a bad network before the index fails as it says, and carries everything else."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from secrets import token_hex

import grpc  # type: ignore[import-untyped]  # it has no stubs
import pytest
from qdrant_client import grpc as wire_format
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from tests.contract.samples import a_generation, insert, number_id, stored
from tests.engine_server.engine_server import EngineServer
from tests.engine_server.qdrant_front import Fault
from tests.services.faulty_calls import FaultyCalls, PlannedFault
from tests.services.faulty_wire import FaultyWire
from vector_store import (
    Collection,
    GenerationMissing,
    StoreUnavailable,
    VectorStore,
    VectorStoreSettings,
    open_store,
)
from vector_store.points import Point

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineServer]:
    server = EngineServer(tmp_path_factory.mktemp("engine"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def calls(engine: EngineServer) -> Iterator[FaultyCalls]:
    with FaultyCalls(engine.port) as calls:
        yield calls


@pytest.fixture(scope="module")
def whole_wire(calls: FaultyCalls) -> Iterator[FaultyWire]:
    with FaultyWire(calls.port) as wire:
        yield wire


@pytest.fixture
def wire(whole_wire: FaultyWire) -> Iterator[FaultyWire]:
    """For a test to break; it is mended afterwards."""
    yield whole_wire
    whole_wire.mend()


@pytest.fixture
def beside(engine: EngineServer) -> Iterator[Collection]:
    """A collection as one sees it who does not go by the wire."""
    settings = VectorStoreSettings(qdrant_host="127.0.0.1", qdrant_grpc_port=engine.port)
    with closing(open_store(settings)) as store:
        yield store.create(a_generation(token_hex(4)))


@pytest.fixture
def store(wire: FaultyWire) -> Iterator[VectorStore]:
    settings = VectorStoreSettings(
        qdrant_host="127.0.0.1", qdrant_grpc_port=wire.port, qdrant_timeout_seconds=1
    )
    with closing(open_store(settings)) as store:
        yield store


@pytest.fixture
def collection(store: VectorStore, beside: Collection) -> Collection:
    return store.open(beside.generation.name)


def write(collection: Collection, number: int) -> None:
    insert(collection, [Point(number_id(number), {"n": number})])


def eventually_written(collection: Collection, number: int) -> None:
    """The client needs a moment to find its way back."""
    for attempt in Retrying(
        retry=retry_if_exception_type(StoreUnavailable), wait=wait_fixed(0.1), stop=stop_after_delay(20)
    ):
        with attempt:
            write(collection, number)


def test_what_is_not_at_fault_passes(store: VectorStore, collection: Collection, beside: Collection) -> None:
    """Answers and errors of the engine come through both as they are."""
    eventually_written(collection, 1)
    assert set(stored(beside)) == {number_id(1)}
    with pytest.raises(GenerationMissing):
        store.open("nothing")


@pytest.mark.parametrize(
    ("fault", "applied"),
    [
        (Fault(code=grpc.StatusCode.UNAVAILABLE), False),
        (Fault(code=grpc.StatusCode.DEADLINE_EXCEEDED, applied=True), True),
        (Fault(silent=True), False),
        (Fault(silent=True, applied=True), True),
        (Fault(status=wire_format.UpdateStatus.Acknowledged, applied=True), True),
    ],
    ids=["refused", "applied, timed out", "no answer", "applied, no answer", "only acknowledged"],
)
def test_a_planned_fault_is_met_once(
    calls: FaultyCalls, collection: Collection, beside: Collection, *, fault: Fault, applied: bool
) -> None:
    """The caller is not told that its write is done, whether or not it is; the next call goes well."""
    calls.met.clear()
    calls.plan([PlannedFault("it", "UpdateBatch", fault)])
    with pytest.raises(StoreUnavailable):
        write(collection, 1)
    assert set(stored(beside)) == ({number_id(1)} if applied else set())
    eventually_written(collection, 2)
    assert number_id(2) in stored(beside)
    assert (calls.met, calls.still_planned()) == ({"it": 1}, 0)


def test_a_cut_wire_leads_nowhere_until_it_is_mended(
    wire: FaultyWire, collection: Collection, beside: Collection
) -> None:
    """Calls fail, and after it was mended at the same port they go well again."""
    port = wire.port
    wire.cut()
    with pytest.raises(StoreUnavailable):
        write(collection, 1)
    wire.mend()
    assert wire.port == port
    eventually_written(collection, 2)
    assert set(stored(beside)) == {number_id(2)}


def test_a_mute_wire_carries_what_is_asked(
    wire: FaultyWire, collection: Collection, beside: Collection
) -> None:
    """The write is applied and its answer does not come in time."""
    wire.mute()
    with pytest.raises(StoreUnavailable):
        write(collection, 1)
    assert set(stored(beside)) == {number_id(1)}


def test_a_frozen_wire_carries_nothing_until_it_is_mended(
    wire: FaultyWire, collection: Collection, beside: Collection
) -> None:
    """Who waits long enough gets an answer when it is mended."""
    wire.freeze()
    with pytest.raises(StoreUnavailable):
        write(collection, 1)
    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(eventually_written, collection, 2)
        wire.mend()
        writing.result()
    assert number_id(2) in stored(beside)
