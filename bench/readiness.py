"""Waiting until a service says that it is ready, and how long that took it from its start."""

import http.client
from collections.abc import Callable
from threading import Event
from time import monotonic

from bench.errors import TooSlow

_START_SECONDS = 120.0
_LOOK_SECONDS = 0.02
_OK = 200


def seconds_until_ready(port: int, *, began: float, name: str, check: Callable[[], None]) -> float:
    """Block until /readyz answers with success; how long after `began` (by `monotonic`) that was.

    check: raises what makes further waiting useless. Raises TooSlow.
    """
    never = Event()
    while not _is_ready(port):
        check()
        if monotonic() - began > _START_SECONDS:
            raise TooSlow(f"{name} is not ready after {_START_SECONDS:.0f} s")
        never.wait(_LOOK_SECONDS)
    return monotonic() - began


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_START_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == _OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
