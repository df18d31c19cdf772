"""Orders to an engine server in another process: which calls are to go wrong, and how."""

import json
from dataclasses import asdict

import grpc  # type: ignore[import-untyped]  # it has no stubs

from tests.engine_server.qdrant_front import Fault, QdrantFront


def order_of(method: str, fault: Fault | None, times: int | None) -> str:
    """One line: the next `times` calls of the method get the fault, or all from now on if that is None."""
    described = (
        None if fault is None else {**asdict(fault), "code": None if fault.code is None else fault.code.name}
    )
    return json.dumps({"method": method, "fault": described, "times": times})


def carry_out(front: QdrantFront, line: str) -> None:
    """Does what `order_of` wrote."""
    order = json.loads(line)
    described = order["fault"]
    fault = None
    if described is not None:
        code = described.pop("code")
        fault = Fault(**described, code=None if code is None else grpc.StatusCode[code])
    if order["times"] is None or fault is None:
        front.always(order["method"], fault)
    else:
        front.next(order["method"], *order["times"] * [fault])
