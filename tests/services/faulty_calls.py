"""A proxy before a Qdrant server of any kind: its calls pass, or go wrong as they do under overload."""

from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event, Lock
from types import TracebackType
from typing import Any, Self

import grpc  # type: ignore[import-untyped]  # it has no stubs
from qdrant_client import grpc as wire

from tests.engine_server.qdrant_front import Fault

_THREADS = 24
_LONGEST_CALL_SECONDS = 60
_MOST_BYTES = 64 * 2**20
_SIZES = [("grpc.max_receive_message_length", _MOST_BYTES), ("grpc.max_send_message_length", _MOST_BYTES)]


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """A fault for the next call of a method of Qdrant's points service."""

    name: str
    method: str
    fault: Fault


class FaultyCalls:
    """Speaks gRPC at `port`, and passes every call on to the port behind it. Thread-safe.

    met: how often each fault was met by a call, by its name.
    """

    def __init__(self, port_behind: int, host_behind: str = "127.0.0.1") -> None:
        self._channel = grpc.insecure_channel(f"{host_behind}:{port_behind}", options=_SIZES)
        self._server = grpc.server(ThreadPoolExecutor(_THREADS), options=[("grpc.so_reuseport", 0), *_SIZES])
        self._server.add_generic_rpc_handlers((self,))
        self.port: int = self._server.add_insecure_port("127.0.0.1:0")
        self._lock = Lock()
        self._planned: dict[str, deque[PlannedFault]] = {}
        self.met: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop(grace=None).wait()
        self._channel.close()

    def plan(self, faults: Sequence[PlannedFault]) -> None:
        """The next calls of these methods go wrong so, one each."""
        with self._lock:
            for each in faults:
                self._planned.setdefault(each.method, deque()).append(each)

    def still_planned(self) -> int:
        """How many faults no call has met yet."""
        with self._lock:
            return sum(len(each) for each in self._planned.values())

    def service(self, details: Any) -> Any:
        """How gRPC asks for what handles a method, `/package.Service/Method`: bytes in, bytes out."""
        path = details.method
        ask = self._channel.unary_unary(path)

        def handle(request: bytes, context: Any) -> bytes:
            planned = self._next(path)
            if planned is None:
                return self._pass_on(ask, request, context, context.time_remaining())
            # The caller may be gone before the write is applied: that must not stop it.
            answer = self._pass_on(ask, request, context, None) if planned.fault.applied else b""
            return _go_wrong(planned.fault, request, context, answer)

        return grpc.unary_unary_rpc_method_handler(handle)

    def _next(self, path: str) -> PlannedFault | None:
        with self._lock:
            waiting = (
                self._planned.get(path.rpartition("/")[2]) if path.startswith("/qdrant.Points/") else None
            )
            if not waiting:
                return None
            planned = waiting.popleft()
            self.met[planned.name] += 1
            return planned

    def _pass_on(self, ask: Any, request: bytes, context: Any, seconds: float | None) -> bytes:
        metadata = [(key, value) for key, value in context.invocation_metadata() if key == "api-key"]
        try:
            answer: bytes = ask(
                request,
                timeout=min(seconds or _LONGEST_CALL_SECONDS, _LONGEST_CALL_SECONDS),
                metadata=metadata,
            )
        except grpc.RpcError as error:
            context.abort(error.code(), error.details())
        return answer


def _go_wrong(fault: Fault, request: bytes, context: Any, answer: bytes) -> bytes:
    if fault.silent:
        ended = Event()
        if context.add_callback(ended.set):
            ended.wait(_LONGEST_CALL_SECONDS)
    if fault.retry_after_seconds is not None:
        context.set_trailing_metadata((("retry-after", str(fault.retry_after_seconds)),))
    if fault.code is not None:
        context.abort(fault.code, "as the test wanted it")
    if fault.status is not None:
        asked = wire.UpdateBatchPoints.FromString(request)
        result = wire.UpdateResult(operation_id=0, status=fault.status)
        told: bytes = wire.UpdateBatchResponse(result=len(asked.operations) * [result]).SerializeToString()
        return told
    return answer
