"""How long a request may take to arrive, and how many bytes of bodies are held at a time.

waitress bounds neither: a connection that sends a byte now and then is never idle, and each of the open ones
may hold a whole body.
"""

from collections.abc import Callable
from http import HTTPStatus
from time import monotonic
from typing import Any

from waitress.parser import HTTPRequestParser
from waitress.utilities import Error

from search_api.server_errors import ProblemChannel

_LOOK_EVERY_BYTES = 65_536


class _ArrivedTooSlowly(Error):  # type: ignore[misc]  # waitress has no types
    code = HTTPStatus.REQUEST_TIMEOUT.value
    reason = HTTPStatus.REQUEST_TIMEOUT.phrase


class _TooManyBodies(Error):  # type: ignore[misc]  # waitress has no types
    code = HTTPStatus.SERVICE_UNAVAILABLE.value
    reason = HTTPStatus.SERVICE_UNAVAILABLE.phrase


class _TimedRequest(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """A request that knows since when it arrives, and asks now and then whether there is room for more.

    Read by the server's own thread alone until it is complete.
    """

    error: Any = None

    def __init__(self, adj: Any, *, has_room: Callable[[], bool]) -> None:
        super().__init__(adj)
        self.began = monotonic()
        self._has_room = has_room
        self._looked_at_bytes = 0

    def received(self, data: bytes) -> int:
        consumed = int(super().received(data))
        held_bytes = self.body_bytes_received
        if held_bytes - self._looked_at_bytes >= _LOOK_EVERY_BYTES:
            self._looked_at_bytes = held_bytes
            if self.error is None and not self._has_room():
                self.error = _TooManyBodies("too many uploads at once: try again in a moment")
                self.completed = True
        return consumed

    def give_up(self, seconds: float) -> None:
        """Count as complete, with an error for an answer."""
        if not self.headers_finished:
            # An answer needs to know a version, as waitress does for a head that is too large.
            self.parse_header(b"GET / HTTP/1.0\r\n")
        self.error = _ArrivedTooSlowly(f"the request did not arrive within {seconds:g} s")
        self.completed = True


class BoundedChannel(ProblemChannel):
    """A connection whose requests arrive in time, within what all connections of its server may hold.

    receive_seconds, max_bodies_bytes: set on the class that `bounded_channel` makes.
    """

    receive_seconds: float
    max_bodies_bytes: int
    request: Any = None

    def parser_class(self, adj: Any) -> _TimedRequest:
        """What waitress makes a request of."""
        return _TimedRequest(adj, has_room=self._has_room)

    def give_up_if_late(self, now: float) -> None:
        """Answer 408 where a request has begun and takes too long. For the server's own thread alone."""
        with self.requests_lock:
            request = self.request
            if request is None or now - request.began < self.receive_seconds:
                return
            request.give_up(self.receive_seconds)
            self.request = None
            self.requests.append(request)
            if len(self.requests) == 1:
                self.server.add_task(self)

    def _has_room(self) -> bool:
        held_bytes = 0
        for channel in list(self.server.active_channels.values()):
            arriving = channel.request
            held_bytes += sum(
                each.body_bytes_received
                for each in (*channel.requests, *(() if arriving is None else (arriving,)))
            )
        return held_bytes <= self.max_bodies_bytes


def bounded_channel(*, receive_seconds: float, max_bodies_bytes: int) -> type[BoundedChannel]:
    """The class of a server's connections, with its bounds."""
    bounds = {"receive_seconds": receive_seconds, "max_bodies_bytes": max_bodies_bytes}
    return type("BoundedChannel", (BoundedChannel,), bounds)
