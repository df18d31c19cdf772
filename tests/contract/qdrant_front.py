"""Qdrant's gRPC interface over qdrant-client's local mode, so that requests travel as they do to a server.

It can be told to answer with an error, late, or "acknowledged", and remembers what it was asked.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

import grpc  # type: ignore[import-untyped]  # it has no stubs
from qdrant_client import QdrantClient
from qdrant_client import grpc as wire
from qdrant_client.conversions.conversion import GrpcToRest, RestToGrpc
from qdrant_client.grpc.collections_service_pb2_grpc import (
    CollectionsServicer,
    add_CollectionsServicer_to_server,
)
from qdrant_client.grpc.points_service_pb2_grpc import PointsServicer, add_PointsServicer_to_server


@dataclass
class Script:
    """What the next calls of a method get instead of the truth; `applied`: after doing what was asked."""

    code: grpc.StatusCode | None = None
    retry_after_seconds: int | None = None
    status: wire.UpdateStatus.ValueType | None = None
    results: int | None = None
    silent: bool = False
    applied: bool = False


@dataclass
class QdrantFront:
    """A server on loopback, at `port`.

    replication_factor: what it says of every collection. released: lets silent answers end.
    """

    api_key: str | None = None
    replication_factor: int | None = None
    client: QdrantClient = field(default_factory=lambda: QdrantClient(":memory:"))
    asked: list[tuple[str, Any]] = field(default_factory=list)
    scripts: dict[str, deque[Script]] = field(default_factory=dict)
    released: Event = field(default_factory=Event)
    guard: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._server = grpc.server(ThreadPoolExecutor(8))
        add_PointsServicer_to_server(_Points(self), self._server)  # type: ignore[no-untyped-call]
        add_CollectionsServicer_to_server(_Collections(self), self._server)  # type: ignore[no-untyped-call]
        self.port: int = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    def next(self, method: str, *scripts: Script) -> None:
        """The next calls of this method go by these."""
        self.scripts.setdefault(method, deque()).extend(scripts)

    def close(self) -> None:
        self.released.set()
        self._server.stop(grace=None).wait()
        self.client.close()

    def carry_out(self, method: str, request: Any, context: Any, do: Callable[[], Any]) -> Any:
        metadata = dict(context.invocation_metadata())
        if self.api_key is not None and metadata.get("api-key") != self.api_key:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "Must provide an API key")
        self.asked.append((method, request))
        waiting = self.scripts.get(method)
        script = waiting.popleft() if waiting else Script(applied=True)
        answer = None
        if script.applied:
            try:
                with self.guard:
                    answer = do()
            except ValueError as error:
                context.abort(_code_of(str(error)), str(error))
        if script.silent:
            self.released.wait()
        if script.retry_after_seconds is not None:
            context.set_trailing_metadata((("retry-after", str(script.retry_after_seconds)),))
        if script.code is not None:
            context.abort(script.code, "as the test\nwanted it")
        if script.status is not None:
            result = wire.UpdateResult(operation_id=0, status=script.status)
            operations = len(request.operations) if script.results is None else script.results
            answer = wire.UpdateBatchResponse(result=operations * [result])
        return answer


def _code_of(message: str) -> grpc.StatusCode:
    if "not found" in message:
        return grpc.StatusCode.NOT_FOUND
    return grpc.StatusCode.ALREADY_EXISTS if "already exists" in message else grpc.StatusCode.INVALID_ARGUMENT


class _Front:
    def __init__(self, front: QdrantFront) -> None:
        self._front = front
        self._client = front.client


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
                with_lookup=GrpcToRest.convert_with_lookup(request.with_lookup),
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
        return self._done("Update", request, context, lambda: True)

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
