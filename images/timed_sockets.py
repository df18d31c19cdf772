"""Sockets whose time-out is for all reads together, and the connections that use them.

A socket's own time-out is for each read alone, so a host that sends one byte a second is never too late.
urllib3 sets a connection's time-out at three points: before it connects, before it sends, and before it reads
an answer. Here each of those starts a clock that all reads after it share: the head's, however many lines it
has, and the body's.
"""

import socket
import ssl
import time
from http.client import RemoteDisconnected
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.response import HTTPResponse


class StaleConnection(ConnectionResetError):
    """The host closed a kept connection while it was idle; the request is to be sent over another one."""


class _Clock:
    """The time that all reads share."""

    __slots__ = ("_ends",)

    def __init__(self, total_seconds: float | None) -> None:
        self._ends = None if total_seconds is None else time.monotonic() + total_seconds

    def left_seconds(self) -> float | None:
        if self._ends is None:
            return None
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left


class TimedSocket(socket.socket):
    """A plain socket with a time-out for all reads since settimeout."""

    _clock = _Clock(None)

    def settimeout(self, value: float | None) -> None:
        self._clock = _Clock(value)
        super().settimeout(value)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        super().settimeout(self._clock.left_seconds())
        return super().recv_into(*args, **kwargs)


class TimedTLSSocket(ssl.SSLSocket):
    """The same over TLS. All reads come through read; the handshake is one timed call anyway."""

    _clock = _Clock(None)

    def settimeout(self, value: float | None) -> None:
        self._clock = _Clock(value)
        super().settimeout(value)

    def read(self, *args: Any, **kwargs: Any) -> Any:
        super().settimeout(self._clock.left_seconds())
        return super().read(*args, **kwargs)


class _TimedConnection(HTTPConnection):
    """What both kinds of connection change."""

    _answers = 0

    def _new_conn(self) -> socket.socket:
        self._answers = 0
        started = time.monotonic()
        plain = super()._new_conn()
        timed = TimedSocket(plain.family, plain.type, plain.proto, fileno=plain.detach())
        # TLS, and whatever else comes before the request, has what connecting left.
        left = None if self.timeout is None else max(0.001, self.timeout - (time.monotonic() - started))
        timed.settimeout(left)
        return timed

    def getresponse(self) -> HTTPResponse:  # type: ignore[override] # urllib3's own, as in its parent
        try:
            response = super().getresponse()
        except (RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            if self._answers:
                raise StaleConnection("a kept connection was closed") from error
            raise
        self._answers += 1
        return response


class _TimedTLSConnection(_TimedConnection, HTTPSConnection):
    """The same over TLS: HTTPSConnection wraps what _new_conn returns."""


class TimedPool(HTTPConnectionPool):
    """Keeps plain connections."""

    ConnectionCls = _TimedConnection


class TimedTLSPool(HTTPSConnectionPool):
    """Keeps TLS connections."""

    ConnectionCls = _TimedTLSConnection


def timed_tls_context(ca_file: str | None) -> ssl.SSLContext:
    """A context that verifies certificate and host name against a file of authorities.

    None means the system's authorities. Raises OSError for a file that cannot be read.
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.sslsocket_class = TimedTLSSocket
    return context
