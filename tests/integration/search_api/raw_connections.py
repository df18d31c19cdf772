"""Connections that send what no HTTP library would, and read whatever comes back."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

TIMEOUT_SECONDS = 30.0


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    """A connection to loopback."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS) as connection:
        yield connection


def post_head(length: int, content_type: str = "image/png") -> bytes:
    """The head of a search whose body has so many bytes."""
    return (
        "POST /find_similar?limit=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def everything_from(connection: socket.socket) -> bytes:
    """All until the other side closes."""
    received = b""
    try:
        while chunk := connection.recv(65_536):
            received += chunk
    except ConnectionResetError:
        # It closes while there is still something of ours that it has not read.
        pass
    return received


def status_in(answer: bytes) -> int:
    """Of an answer's first line."""
    return int(answer.split(b" ", 2)[1])
