"""Qdrant's gRPC interface over what answers like its client, so that requests travel as to a server.

It can be told to answer with an error, late, or "acknowledged", and remembers what it was asked last.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from threading import Event, Lock
from typing import Any

import grpc  # type: ignore[import-untyped]  # it has no stubs
from qdrant_client import grpc as wire
from qdrant_client.conversions.conversion import GrpcToRest, RestToGrpc
from qdrant_client.grpc.collections_service_pb2_grpc import (
    CollectionsServicer,
    add_CollectionsServicer_to_server,
)
from qdrant_client.grpc.points_service_pb2_grpc import PointsServicer, add_PointsServicer_to_server

from vector_store import (
    GenerationExists,
    GenerationMissing,
    StoreCorrupt,
    StoreError,
    StoreMisused,
    StoreUnavailable,
)

_THREADS = 8
_REMEMBERED_REQUESTS = 200
EVERY_METHOD = "*"

_CODES: dict[type[StoreError], grpc.StatusCode] = {
    GenerationMissing: grpc.StatusCode.NOT_FOUND,
    GenerationExists: grpc.StatusCode.ALREADY_EXISTS,
    StoreMisused: grpc.StatusCode.INVALID_ARGUMENT,
    StoreUnavailable: grpc.StatusCode.UNAVAILABLE,
    StoreCorrupt: grpc.StatusCode.INTERNAL,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What a call gets instead of the truth.

    applied: what was asked for is done all the same, before the fault.
    silent: no answer, until the caller gives up.
    status, results: of a write: how each operation ended, and of how many the answer tells.
    """

    code: grpc.StatusCode | None = None
    retry_after_seconds: int | None = None
    status: wire.UpdateStatus.ValueType | None = None
    results: int | None = None
    silent: bool = False
    applied: bool = False


class QdrantFront:
    """A server on loopback, at `port`.

    behind: answers as a QdrantClient does, or raises StoreError.
    threads: whether it may be called by several threads at once.
    api_key: the key that every request must carry, or None.
    tls: the server's key and certificate chain in PEM, to speak nothing but TLS.
    replication_factor: what is said of every collection.
    """

    def __init__(
        self,
        behind: Any,
        *,
        threads: bool = True,
        port: int = 0,
        api_key: str | None = None,
        tls: tuple[bytes, bytes] | None = None,
    ) -> None:
        self.behind = behind
        self.api_key = api_key
        self.replication_factor: int | None = None
        self.asked: deque[tuple[str, Any]] = deque(maxlen=_REMEMBERED_REQUESTS)
        self._guard = nullcontext() if threads else Lock()
        self._next: dict[str, deque[Fault]] = {}
        self._always: dict[str, Fault] = {}
        self._server = grpc.server(ThreadPoolExecutor(_THREADS), options=[("grpc.so_reuseport", 0)])
        add_PointsServicer_to_server(_Points(self), self._server)  # type: ignore[no-untyped-call]
        add_CollectionsServicer_to_server(_Collections(self), self._server)  # type: ignore[no-untyped-call]
        address = f"127.0.0.1:{port}"
        self.port: int = (
            self._server.add_insecure_port(address)
            if tls is None
            else self._server.add_secure_port(address, grpc.ssl_server_credentials([tls]))
        )
        self._server.start()

    def next(self, method: str, *faults: Fault) -> None:
        """The next calls of this method go wrong in these ways, one each."""
        self._next.setdefault(method, deque()).extend(faults)

    def always(self, method: str, fault: Fault | None) -> None:
        """From now on calls of this method (or of `EVERY_METHOD`) go wrong so; None: they go well."""
        if fault is None:
            self._always.pop(method, None)
        else:
            self._always[method] = fault

    def close(self) -> None:
        """Ends every call and stops to listen. What is behind is left to its owner."""
        self._server.stop(grace=None).wait()

    def carry_out(self, method: str, request: Any, context: Any, do: Callable[[], Any]) -> Any:
        metadata = dict(context.invocation_metadata())
        if self.api_key is not None and metadata.get("api-key") != self.api_key:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "Must provide an API key")
        self.asked.append((method, request))
        fault = self._fault_of(method)
        answer = None
        if fault is None or fault.applied:
            try:
                with self._guard:
                    answer = do()
            except StoreError as error:
                kind = next(kind for kind in _CODES if isinstance(error, kind))
                context.abort(_CODES[kind], str(error))
            except ValueError as error:
                context.abort(_code_of(str(error)), str(error))
        return answer if fault is None else _go_wrong(fault, request, context, answer)

    def _fault_of(self, method: str) -> Fault | None:
        waiting = self._next.get(method)
        if waiting:
            return waiting.popleft()
        return self._always.get(method, self._always.get(EVERY_METHOD))


def _go_wrong(fault: Fault, request: Any, context: Any, answer: Any) -> Any:
    if fault.silent:
        ended = Event()
        if context.add_callback(ended.set):
            ended.wait()
    if fault.retry_after_seconds is not None:
        context.set_trailing_metadata((("retry-after", str(fault.retry_after_seconds)),))
    if fault.code is not None:
        context.abort(fault.code, "as the test\nwanted it")
    if fault.status is not None:
        result = wire.UpdateResult(operation_id=0, status=fault.status)
        operations = len(request.operations) if fault.results is None else fault.results
        return wire.UpdateBatchResponse(result=operations * [result])
    return answer


def _code_of(message: str) -> grpc.StatusCode:
    if "not found" in message:
        return grpc.StatusCode.NOT_FOUND
    return grpc.StatusCode.ALREADY_EXISTS if "already exists" in message else grpc.StatusCode.INVALID_ARGUMENT


class _Front:
    def __init__(self, front: QdrantFront) -> None:
        self._front = front
        self._client = front.behind


def _ids(points: Iterable[Any]) -> list[Any]:
    return [GrpcToRest.convert_point_id(each) for each in points]


def _filter(request: Any, name: str = "filter") -> Any:
    return GrpcToRest.convert_filter(getattr(request, name)) if request.HasField(name) else None


class _Points(_Front, PointsServicer):
    def UpdateBatch(self, request: Any, context: Any) -> Any:  # noqa: N802 (the protocol's name)
        def do() -> Any:
            operations = [GrpcToRest.convert_points_update_operation(each) for each in request.operations]
            done = self._client.batch_update_points(request.collection_name, operations)
            return wire.UpdateBatchResponse(result=[RestToGrpc.convert_update_result(each) for each in done])

        return self._front.carry_out("UpdateBatch", request, context, do)

    def CreateFieldIndex(self, request: Any, context: Any) -> Any:  # noqa: N802
        result = wire.UpdateResult(operation_id=0, status=wire.UpdateStatus.Completed)
        return self._front.carry_out(
            "CreateFieldIndex", request, context, lambda: wire.PointsOperationResponse(result=result)
        )

    def Get(self, request: Any, context: Any) -> Any:  # noqa: N802
        def do() -> Any:
            found = self._client.retrieve(
                request.collection_name, _ids(request.ids), with_vectors=request.with_vectors.enable
            )
            return wire.GetResponse(result=[RestToGrpc.convert_retrieved_point(each) for each in found])

        return self._front.carry_out("Get", request, context, do)

    def Scroll(self, request: Any, context: Any) -> Any:  # noqa: N802
        def do() -> Any:
            found, next_id = self._client.scroll(
                request.collection_name,
                _filter(request),
                request.limit,
                offset=GrpcToRest.convert_point_id(request.offset) if request.HasField("offset") else None,
                with_vectors=request.with_vectors.enable,
            )
            return wire.ScrollResponse(
                result=[RestToGrpc.convert_retrieved_point(each) for each in found],
                next_page_offset=None if next_id is None else RestToGrpc.convert_extended_point_id(next_id),
            )

        return self._front.carry_out("Scroll", request, context, do)

    def Count(self, request: Any, context: Any) -> Any:  # noqa: N802
        def do() -> Any:
            counted = self._client.count(request.collection_name, _filter(request))
            return wire.CountResponse(result=wire.CountResult(count=counted.count))

        return self._front.carry_out("Count", request, context, do)

    def QueryGroups(self, request: Any, context: Any) -> Any:  # noqa: N802
        def do() -> Any:
            found = self._client.query_points_groups(
                request.collection_name,
                request.group_by,
                GrpcToRest.convert_query(request.query),
                using=request.using,
                query_filter=_filter(request),
                limit=request.limit,
                group_size=request.group_size,
                with_payload=GrpcToRest.convert_with_payload_selector(request.with_payload),
                with_lookup=GrpcToRest.convert_with_lookup(request.with_lookup)
                if request.HasField("with_lookup")
                else None,
            )
            return wire.QueryGroupsResponse(result=RestToGrpc.convert_groups_result(found))

        return self._front.carry_out("QueryGroups", request, context, do)


class _Collections(_Front, CollectionsServicer):
    def _done(self, method: str, request: Any, context: Any, do: Callable[[], Any]) -> Any:
        return self._front.carry_out(
            method, request, context, lambda: wire.CollectionOperationResponse(result=bool(do()))
        )

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        return self._done(
            "Create",
            request,
            context,
            lambda: self._client.create_collection(
                request.collection_name,
                GrpcToRest.convert_vectors_config(request.vectors_config),
                metadata=GrpcToRest.convert_payload(request.metadata),
            ),
        )

    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        return self._done(
            "Delete", request, context, lambda: self._client.delete_collection(request.collection_name)
        )

    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        def do() -> bool:
            # Of a collection's parameters nothing is kept, of what is stored with it everything.
            if not request.metadata:
                return True
            metadata = GrpcToRest.convert_payload(request.metadata)
            return bool(self._client.update_collection(request.collection_name, metadata=metadata))

        return self._done("Update", request, context, do)

    def UpdateAliases(self, request: Any, context: Any) -> Any:  # noqa: N802
        actions = [GrpcToRest.convert_alias_operations(each) for each in request.actions]
        return self._done(
            "UpdateAliases", request, context, lambda: self._client.update_collection_aliases(actions)
        )

    def Get(self, request: Any, context: Any) -> Any:  # noqa: N802
        def do() -> Any:
            info = self._client.get_collection(request.collection_name)
            info.config.params.replication_factor = self._front.replication_factor
            return wire.GetCollectionInfoResponse(result=RestToGrpc.convert_collection_info(info))

        return self._front.carry_out("GetCollection", request, context, do)

    def List(self, request: Any, context: Any) -> Any:  # noqa: N802
        def do() -> Any:
            found = self._client.get_collections().collections
            return wire.ListCollectionsResponse(
                collections=[RestToGrpc.convert_collection_description(each) for each in found]
            )

        return self._front.carry_out("List", request, context, do)

    def ListAliases(self, request: Any, context: Any) -> Any:  # noqa: N802
        def do() -> Any:
            found = self._client.get_aliases().aliases
            return wire.ListAliasesResponse(
                aliases=[RestToGrpc.convert_alias_description(each) for each in found]
            )

        return self._front.carry_out("ListAliases", request, context, do)
