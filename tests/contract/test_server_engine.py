"""The server engine beyond the contract: its requests, and what it makes of failures out there."""

import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from socket import create_server

import grpc  # type: ignore[import-untyped]  # it has no stubs
import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from qdrant_client import QdrantClient, models
from qdrant_client import grpc as wire
from werkzeug import Response

from tests.contract.samples import (
    ATTRIBUTES,
    EVERYTHING,
    a_generation,
    a_record,
    a_write,
    insert,
    number_id,
    stored,
    vector_of,
)
from tests.engine_server.qdrant_front import Fault, QdrantFront
from vector_store import (
    Collection,
    GenerationExists,
    GenerationMissing,
    ProductIndex,
    Stamp,
    StoreError,
    StoreMisused,
    StoreRefused,
    StoreUnavailable,
    VectorStore,
    VectorStoreSettings,
    open_store,
)
from vector_store.points import DeletePoints, Point, UpsertPoints

MADE = a_generation(attributes=ATTRIBUTES)


@pytest.fixture
def front() -> Iterator[QdrantFront]:
    with closing(QdrantClient(":memory:")) as behind, closing(QdrantFront(behind, threads=False)) as front:
        yield front


def settings_of(front: QdrantFront, **more: object) -> VectorStoreSettings:
    return VectorStoreSettings.model_validate(
        {"qdrant_host": "127.0.0.1", "qdrant_grpc_port": front.port, "qdrant_timeout_seconds": 1, **more}
    )


@pytest.fixture
def store(front: QdrantFront) -> Iterator[VectorStore]:
    with closing(open_store(settings_of(front))) as store:
        yield store


@pytest.fixture
def collection(store: VectorStore, front: QdrantFront) -> Collection:
    made = store.create(MADE)
    insert(made, [Point(number_id(1), {"a": 1}, vector_of("a"))])
    front.asked.clear()
    return made


def methods(front: QdrantFront) -> list[str]:
    return [method for method, _ in front.asked]


CALLS: dict[str, Callable[[VectorStore, Collection], object]] = {
    "UpdateBatch": lambda _, collection: collection.apply([DeletePoints(EVERYTHING)]),
    "Get": lambda _, collection: collection.retrieve([number_id(1)]),
    "QueryGroups": lambda _, collection: collection.search(vector_of("a"), limit=1, hits_per_product=1),
    "Scroll": lambda _, collection: collection.scroll(EVERYTHING, limit=1),
    "Count": lambda _, collection: collection.count(EVERYTHING),
    "GetCollection": lambda store, _: store.open(MADE.name),
    "List": lambda store, _: store.generations(),
    "ListAliases": lambda store, _: store.promoted(),
    "UpdateAliases": lambda store, _: store.promote(MADE.name),
    "Create": lambda store, _: store.create(a_generation("new")),
    "Delete": lambda store, _: store.drop(MADE.name),
}

ERRORS: dict[grpc.StatusCode, type[StoreError]] = {
    grpc.StatusCode.CANCELLED: StoreUnavailable,
    grpc.StatusCode.UNKNOWN: StoreUnavailable,
    grpc.StatusCode.INVALID_ARGUMENT: StoreMisused,
    grpc.StatusCode.DEADLINE_EXCEEDED: StoreUnavailable,
    grpc.StatusCode.NOT_FOUND: GenerationMissing,
    grpc.StatusCode.ALREADY_EXISTS: GenerationExists,
    grpc.StatusCode.PERMISSION_DENIED: StoreRefused,
    grpc.StatusCode.RESOURCE_EXHAUSTED: StoreUnavailable,
    grpc.StatusCode.FAILED_PRECONDITION: StoreUnavailable,
    grpc.StatusCode.ABORTED: StoreUnavailable,
    grpc.StatusCode.OUT_OF_RANGE: StoreMisused,
    grpc.StatusCode.UNIMPLEMENTED: StoreRefused,
    grpc.StatusCode.INTERNAL: StoreUnavailable,
    grpc.StatusCode.UNAVAILABLE: StoreUnavailable,
    grpc.StatusCode.DATA_LOSS: StoreUnavailable,
    grpc.StatusCode.UNAUTHENTICATED: StoreRefused,
}


def test_every_status_of_grpc_has_its_error() -> None:
    """The table below leaves none out, so that a new one is thought about."""
    assert set(ERRORS) == set(grpc.StatusCode) - {grpc.StatusCode.OK}


@pytest.mark.parametrize("code", ERRORS, ids=lambda code: code.name)
def test_a_servers_refusal_is_translated(
    front: QdrantFront, collection: Collection, code: grpc.StatusCode
) -> None:
    """Each status becomes its error, with the server's words on one line."""
    front.next("Count", Fault(code=code))
    with pytest.raises(ERRORS[code]) as caught:
        collection.count(EVERYTHING)
    assert type(caught.value) is ERRORS[code]
    assert "as the test wanted it" in str(caught.value)
    assert MADE.name in str(caught.value)


@pytest.mark.parametrize("method", CALLS)
def test_no_call_lets_a_foreign_error_through(
    front: QdrantFront, store: VectorStore, collection: Collection, method: str
) -> None:
    """Whatever is asked of an overloaded server, the answer is StoreUnavailable, in one line."""
    front.next(method, Fault(code=grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_seconds=7))
    front.next(method, Fault(code=grpc.StatusCode.INTERNAL))
    for _ in range(2):
        with pytest.raises(StoreUnavailable) as caught:
            CALLS[method](store, collection)
        assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=wire.UpdateStatus.Acknowledged, applied=True),
        Fault(status=wire.UpdateStatus.WaitTimeout, applied=True),
        Fault(status=wire.UpdateStatus.Acknowledged),
        Fault(status=wire.UpdateStatus.Completed, results=0),
        Fault(status=wire.UpdateStatus.Completed, results=1, applied=True),
    ],
    ids=["acknowledged", "timed out", "acknowledged and lost", "no results", "too few results"],
)
def test_accepted_is_not_completed(front: QdrantFront, collection: Collection, fault: Fault) -> None:
    """A write counts only if each of its operations is completed; else it may be there or not."""
    front.next("UpdateBatch", fault)
    with pytest.raises(StoreUnavailable, match="not completed"):
        collection.apply([DeletePoints(EVERYTHING), UpsertPoints((Point(number_id(2), {}),), EVERYTHING)])


@pytest.mark.parametrize("applied", [True, False])
def test_a_silent_server_is_waited_for_no_longer_than_set(
    front: QdrantFront, collection: Collection, applied: bool
) -> None:
    """After QDRANT_TIMEOUT_SECONDS the write may be there or not, and the next call works."""
    front.next("UpdateBatch", Fault(silent=True, applied=applied))
    with pytest.raises(StoreUnavailable):
        insert(collection, [Point(number_id(2), {})])
    assert set(stored(collection)) == ({number_id(1), number_id(2)} if applied else {number_id(1)})


def test_a_server_that_is_not_there_is_unavailable() -> None:
    """Nobody listens: one line, at once or after the time limit."""
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for more in ({}, {"qdrant_grpc_port": 0, "qdrant_port": port}, {"qdrant_tls": True}):
        settings = {"qdrant_host": "127.0.0.1", "qdrant_grpc_port": port, "qdrant_timeout_seconds": 1, **more}
        with closing(open_store(VectorStoreSettings.model_validate(settings))) as store:
            with pytest.raises(StoreUnavailable) as caught:
                store.promoted()
            assert type(caught.value) is StoreUnavailable
            assert len(str(caught.value).splitlines()) == 1


def test_the_api_key_is_sent(front: QdrantFront) -> None:
    """With it the server answers; without it the error names the setting, and is no event's fault."""
    front.api_key = "s3cret"
    with closing(open_store(settings_of(front))) as store, pytest.raises(StoreUnavailable, match="API_KEY"):
        store.promoted()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # The client's own, about a key without TLS.
        knowing = open_store(settings_of(front, qdrant_api_key=SecretStr("s3cret")))
    with closing(knowing) as store:
        assert store.promoted() is None


def test_a_write_is_one_request_without_a_limit_of_the_servers(
    front: QdrantFront, collection: Collection
) -> None:
    """A server with a limit of its own would go on to the records after points that timed out."""
    ProductIndex(collection).write([a_write(a_record(name, Stamp(2, 0), indexed=["x"])) for name in "abc"])
    ((method, request),) = list(front.asked)
    assert (method, request.wait, request.HasField("timeout")) == ("UpdateBatch", True, False)
    assert [each.WhichOneof("operation") for each in request.operations] == 6 * ["upsert"] + 3 * [
        "delete_points"
    ]
    assert all(each.upsert.HasField("update_filter") for each in request.operations[:6])


def test_a_search_is_one_request(front: QdrantFront, collection: Collection) -> None:
    """Hits come with their records, looked up in the collection that was searched."""
    collection.search(vector_of("a"), limit=3, hits_per_product=2)
    ((method, request),) = list(front.asked)
    assert (method, request.limit, request.group_size) == ("QueryGroups", 3, 2)
    assert request.with_lookup.collection == request.collection_name != MADE.name


def test_a_replicated_collection_is_written_and_read_with_care(front: QdrantFront) -> None:
    """Above one replica: all must have a write, writes are ordered by a leader, reads take the majority."""
    with closing(open_store(settings_of(front, qdrant_replication_factor=3, qdrant_shard_number=2))) as store:
        front.replication_factor = 3
        collection = store.create(MADE)
        insert(collection, [Point(number_id(1), {})])
        collection.retrieve([number_id(1)])
        collection.search(vector_of("a"), limit=1, hits_per_product=1)
        collection.scroll(EVERYTHING, limit=1)
    asked = dict(front.asked)
    create = asked["Create"]
    assert (create.replication_factor, create.write_consistency_factor, create.shard_number) == (3, 3, 2)
    assert asked["UpdateBatch"].ordering.type == wire.WriteOrderingType.Strong
    for method in ("Get", "QueryGroups", "Scroll"):
        assert asked[method].read_consistency.type == wire.ReadConsistencyType.Majority


def test_a_collection_that_was_replicated_later_is_written_to_all_replicas(
    front: QdrantFront, store: VectorStore, collection: Collection
) -> None:
    """Opened again, its write consistency is raised to the replicas that it has now; before, nothing is."""
    assert "Update" not in methods(front)
    front.replication_factor = 2
    store.open(MADE.name)
    assert dict(front.asked)["Update"].params.write_consistency_factor == 2


def test_a_single_replica_needs_none_of_it(front: QdrantFront, collection: Collection) -> None:
    """Defaults are left to the server."""
    insert(collection, [Point(number_id(1), {})])
    collection.retrieve([number_id(1)])
    asked = dict(front.asked)
    assert not asked["UpdateBatch"].HasField("ordering")
    assert not asked["Get"].HasField("read_consistency")


def test_a_creation_that_was_cut_off_is_completed_when_it_is_opened(
    front: QdrantFront, store: VectorStore
) -> None:
    """Indexes and the incarnation's alias are made by whoever opens the collection first."""
    front.next("CreateFieldIndex", Fault(code=grpc.StatusCode.UNAVAILABLE))
    with pytest.raises(StoreUnavailable):
        store.create(MADE)
    front.asked.clear()
    insert(store.open(MADE.name), [Point(number_id(1), {})])
    indexed = {request.field_name for method, request in front.asked if method == "CreateFieldIndex"}
    assert indexed == {
        *("product", "kind", "retry_at", "category", "brand", "price", "in_stock"),
        *("attributes.colour", "attributes.sizes", "attributes.weight", "attributes.organic"),
        'attributes."fit (EU)"',
    }


def test_what_is_there_is_not_made_again(
    front: QdrantFront, store: VectorStore, collection: Collection
) -> None:
    """Opening a whole collection changes no alias: a key that may only read can open it."""
    store.open(MADE.name)
    assert "UpdateAliases" not in methods(front)


def test_a_key_that_may_only_read_opens_what_a_writer_has_not_completed(
    front: QdrantFront, store: VectorStore, collection: Collection
) -> None:
    """Indexes and write consistency are the writer's affair; without the alias nobody can read."""
    front.replication_factor = 2
    for method in ("CreateFieldIndex", "Update", "UpdateAliases"):
        front.always(method, Fault(code=grpc.StatusCode.PERMISSION_DENIED))
    assert set(stored(store.open(MADE.name))) == {number_id(1)}
    with pytest.raises(StoreUnavailable):
        store.create(a_generation("new"))
    with pytest.raises(StoreUnavailable):
        store.open(a_generation("new").name)


def test_collections_of_others_are_neither_seen_nor_touched(front: QdrantFront, store: VectorStore) -> None:
    """A shop's store knows its own collections only, whatever others are called."""
    vectors = models.VectorParams(size=4, distance=models.Distance.DOT)
    for name in ("products-ffffffff", "customers"):
        front.behind.create_collection(name, vectors_config=vectors)
    with closing(open_store(settings_of(front, collection="products-eu"))) as other:
        theirs = a_generation(collection="products-eu")
        other.create(theirs)
        other.promote(theirs.name)
        store.create(MADE)
        assert [each.name for each in store.generations()] == [MADE.name]
        assert [each.name for each in other.generations()] == [theirs.name]
        for name in ("products-ffffffff", "customers", theirs.name, "products-eu"):
            with pytest.raises(GenerationMissing):
                store.open(name)
            with pytest.raises(GenerationMissing):
                store.promote(name)
            store.drop(name)
        assert other.promoted() == theirs.name
        with pytest.raises(StoreMisused):
            store.create(a_generation(collection="shoes"))
    left = {each.name for each in front.behind.get_collections().collections}
    assert left == {"products-ffffffff", "customers", theirs.name, MADE.name}


def test_both_aliases_move_in_one_request(front: QdrantFront, store: VectorStore) -> None:
    """Nobody can see a new promoted generation whose predecessor is forgotten, or end between the two."""
    one, two = a_generation("one"), a_generation("two")
    for generation in (one, two):
        store.create(generation)
    store.promote(one.name)
    front.asked.clear()
    store.promote(two.name)
    [moved] = [request for method, request in front.asked if method == "UpdateAliases"]
    assert {each.create_alias.alias_name: each.create_alias.collection_name for each in moved.actions} == {
        "products": two.name,
        "products.previous": one.name,
    }
    front.asked.clear()
    store.promote(two.name)
    assert "UpdateAliases" not in methods(front)


def test_an_alias_is_no_generation(front: QdrantFront, store: VectorStore) -> None:
    """The server answers to an alias as to a name; the store does not."""
    made = a_generation(collection="products")
    store.create(made)
    rename = models.CreateAlias(collection_name=made.name, alias_name="products-latest")
    front.behind.update_collection_aliases([models.CreateAliasOperation(create_alias=rename)])
    with pytest.raises(GenerationMissing):
        store.open("products-latest")
    store.drop("products-latest")
    assert store.generations() == [made]


HTTP_ERRORS: dict[int, type[StoreError]] = {
    400: StoreMisused,
    401: StoreRefused,
    403: StoreRefused,
    404: GenerationMissing,
    405: StoreUnavailable,
    408: StoreUnavailable,
    409: GenerationExists,
    422: StoreMisused,
    429: StoreUnavailable,
    500: StoreUnavailable,
    502: StoreUnavailable,
    503: StoreUnavailable,
}


@pytest.fixture
def over_http(httpserver: HTTPServer) -> Iterator[VectorStore]:
    settings = {"qdrant_host": httpserver.host, "qdrant_port": httpserver.port, "qdrant_grpc_port": 0}
    settings["qdrant_timeout_seconds"] = 2
    with closing(open_store(VectorStoreSettings.model_validate(settings))) as store:
        yield store


@pytest.mark.parametrize("status", HTTP_ERRORS)
def test_an_http_status_is_translated(httpserver: HTTPServer, over_http: VectorStore, status: int) -> None:
    """Without gRPC the same errors come of HTTP statuses, on one line."""
    answer = json.dumps({"status": {"error": "as the test\nwanted it"}})
    httpserver.expect_request("/aliases").respond_with_response(
        Response(answer, status, headers={"Retry-After": "3"}, content_type="application/json")
    )
    with pytest.raises(HTTP_ERRORS[status]) as caught:
        over_http.promoted()
    assert type(caught.value) is HTTP_ERRORS[status]
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"result": {"aliases": 7}}'])
@pytest.mark.parametrize("status", [200, 404])
def test_an_answer_that_is_no_qdrants_is_told_apart(
    httpserver: HTTPServer, over_http: VectorStore, body: bytes, status: int
) -> None:
    """A proxy's page in the server's place is no answer: least of all that a collection is gone."""
    httpserver.expect_request("/aliases").respond_with_data(body, status, content_type="application/json")
    with pytest.raises(StoreRefused) as caught:
        over_http.promoted()
    assert len(str(caught.value).splitlines()) == 1


def test_who_speaks_otherwise_is_told_from_who_is_away(front: QdrantFront, httpserver: HTTPServer) -> None:
    """TLS where none is spoken, and a port of another kind of server, wait for a change of settings."""
    for more in (
        {"qdrant_grpc_port": front.port, "qdrant_tls": True},
        {"qdrant_grpc_port": httpserver.port},
        {"qdrant_grpc_port": 0, "qdrant_port": httpserver.port, "qdrant_tls": True},
        {"qdrant_grpc_port": 0, "qdrant_port": front.port},
    ):
        with closing(open_store(settings_of(front, **more))) as store, pytest.raises(StoreRefused):
            store.promoted()


def test_aliases_are_read_over_http(httpserver: HTTPServer, over_http: VectorStore) -> None:
    """QDRANT_GRPC_PORT=0 uses the HTTP port for everything."""
    aliases = [{"alias_name": "products", "collection_name": "products-0a1b2c3d"}]
    httpserver.expect_request("/aliases").respond_with_json(
        {"result": {"aliases": aliases}, "status": "ok", "time": 0}
    )
    assert over_http.promoted() == "products-0a1b2c3d"
