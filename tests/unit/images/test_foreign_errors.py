import http.client
import socket
import ssl

import pytest
from requests import exceptions as requests_errors
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3 import exceptions as urllib3_errors
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from images import BadUrl, FetchTimedOut, ForbiddenAddress, HostUnreachable, ImageError
from images.deadline import Deadline
from images.foreign_errors import translated

_POOL = HTTPConnectionPool("a.example")
_CONNECTION = HTTPConnection("a.example")


@pytest.mark.parametrize(
    ("foreign", "leaf"),
    [
        (urllib3_errors.ReadTimeoutError(_POOL, "/", "late"), FetchTimedOut),
        (urllib3_errors.ConnectTimeoutError(_CONNECTION, "late"), FetchTimedOut),
        (TimeoutError("late"), FetchTimedOut),
        (urllib3_errors.NewConnectionError(_CONNECTION, "refused"), HostUnreachable),
        (urllib3_errors.ProtocolError("broken"), HostUnreachable),
        (urllib3_errors.SSLError("certificate"), HostUnreachable),
        (urllib3_errors.ProxyError("proxy", OSError("down")), HostUnreachable),
        (urllib3_errors.ClosedPoolError(_POOL, "closed"), HostUnreachable),
        (urllib3_errors.InvalidHeader("two lengths"), HostUnreachable),
        (urllib3_errors.LocationParseError("a b"), BadUrl),
        (requests_errors.InvalidURL("a b"), BadUrl),
        (requests_errors.ConnectionError("down"), HostUnreachable),
        (InvalidIPAddress("127.0.0.1"), ForbiddenAddress),
        (ssl.SSLError("handshake"), HostUnreachable),
        (socket.gaierror(-2, "unknown"), HostUnreachable),
        (ConnectionResetError("reset"), HostUnreachable),
        (OSError(24, "Too many open files"), HostUnreachable),
        (http.client.BadStatusLine("x"), HostUnreachable),
        (UnicodeError("label too long"), HostUnreachable),
    ],
    ids=lambda value: (
        f"{type(value).__module__}.{type(value).__name__}" if isinstance(value, Exception) else value.__name__
    ),
)
def test_each_foreign_exception_has_its_error(foreign: Exception, leaf: type[ImageError]) -> None:
    """What the HTTP libraries raise comes out as exactly one of our leaves, on one short line."""
    with pytest.raises(leaf) as caught, translated("a.example", Deadline(10)):
        raise foreign
    assert type(caught.value) is leaf
    assert caught.value.__cause__ is foreign
    assert "a.example" in str(caught.value) or leaf is BadUrl
    assert "\n" not in str(caught.value)


def test_the_reason_is_the_innermost_and_short() -> None:
    """The libraries' wrapping is left out, and a host cannot fill a dead letter with its words."""
    wrapped = urllib3_errors.ProtocolError("Connection aborted")
    wrapped.__cause__ = ConnectionResetError("line one\nline two " + "x" * 1_000)
    with pytest.raises(HostUnreachable) as caught, translated("a.example", Deadline(10)):
        raise wrapped
    assert str(caught.value).startswith("a.example: ConnectionResetError: line one line two x")
    assert len(str(caught.value)) < 250


def test_our_own_errors_pass_unchanged() -> None:
    """What is raised in our words already stays as it is."""
    error = FetchTimedOut("mine")
    with pytest.raises(FetchTimedOut) as caught, translated("a.example", Deadline(10)):
        raise error
    assert caught.value is error
