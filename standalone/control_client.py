"""Telling a running demo something, and hearing what it does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from consumer.reindex.watching import Watcher
from standalone.errors import ControlFailed
from standalone.orders import Done, Order
from standalone.ports import LOOPBACK
from standalone.wire_watcher import pass_on

# A demo at work says something every second; an audit of many points may be silent for a while.
_SILENT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class ControlAddress:
    """Where a demo listens for orders, and what it knows its people by."""

    port: int
    token: str


def read_address(file: Path) -> ControlAddress | None:
    """What a running demo has written there; None where none has. Raises ControlFailed."""
    try:
        told = json.loads(file.read_text("utf-8"))
        return ControlAddress(int(told["port"]), str(told["token"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ControlFailed(f"{file} cannot be read: stop the demo, and start it again") from error


def give_order(order: Order, address: ControlAddress, watcher: Watcher) -> Done | None:
    """Have the demo carry it out; None where nobody listens there any more.

    Blocks until it is done. Raises ControlFailed with what the demo says.
    """
    connection = HTTPConnection(LOOPBACK, address.port, timeout=_SILENT_SECONDS)
    try:
        headers = {"Authorization": f"Bearer {address.token}", "Content-Type": "application/json"}
        try:
            connection.request("POST", "/", order.model_dump_json().encode(), headers)
        except ConnectionRefusedError:
            return None
        answer = connection.getresponse()
        if answer.status != HTTPStatus.OK:
            raise ControlFailed(f"who listens on port {address.port} is no demo of this folder")
        for line in answer:
            message: Mapping[str, Any] = json.loads(line)
            if "done" in message:
                return Done.model_validate(message["done"])
            if "error" in message:
                raise ControlFailed(str(message["error"]))
            pass_on(message, watcher)
    except (OSError, HTTPException, ValueError) as error:
        raise ControlFailed(f"the demo no longer answers: {error}") from error
    finally:
        connection.close()
    raise ControlFailed("the demo has ended before this was done: the same command goes on with it")
