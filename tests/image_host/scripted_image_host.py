"""A real HTTP server that plays an image host, failures included, by script."""

import socket
import struct
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `delay_seconds` comes before it; `drip_seconds` after each byte of the body.

    reset: the connection is reset instead. cut_bytes: it ends after so many bytes of the body.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    drip_seconds: float = 0.0
    reset: bool = False
    cut_bytes: int | None = None


_NOT_FOUND = Answer(status=404, body=b"not found", headers={"Content-Type": "text/plain"})


class ScriptedImageHost:
    """Serves what it was told to, on a free loopback port; the last answer of a script repeats."""

    def __init__(self, *, delay_seconds: float = 0.0) -> None:
        self._scripts: dict[str, list[Answer]] = {}
        self._requests: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self.delay_seconds = delay_seconds
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        """host:port, as IMAGE_LOCAL_HOSTS takes it."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, path: str) -> str:
        """Where an image is, whether or not there is a script for it."""
        return f"http://{self.address}/{path}"

    def serve(self, path: str, body: bytes, content_type: str = "image/jpeg") -> str:
        """Serve these bytes from now on; returns the URL."""
        return self.script(path, [Answer(body, headers={"Content-Type": content_type})])

    def script(self, path: str, answers: Sequence[Answer]) -> str:
        """Answer requests for this path with these, one after the other; returns the URL."""
        with self._lock:
            self._scripts[path] = list(answers)
        return self.url(path)

    def requests(self, path: str | None = None) -> int:
        """How often this path (default: anything) was asked for."""
        with self._lock:
            return self._requests.total() if path is None else self._requests[path]

    def next_answer(self, path: str) -> Answer:
        with self._lock:
            self._requests[path] += 1
            script = self._scripts.get(path)
            if not script:
                return _NOT_FOUND
            return script.pop(0) if len(script) > 1 else script[0]

    def wait(self, seconds: float) -> None:
        """Let time pass for a slow answer, unless the host is closing."""
        if seconds:
            self._closing.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A burst of new connections must not be refused.
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of many scripts."""


def _handler_of(host: ScriptedImageHost) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = host.next_answer(unquote(urlsplit(self.path).path).lstrip("/"))
            host.wait(host.delay_seconds + answer.delay_seconds)
            if answer.reset:
                self._reset()
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if answer.cut_bytes is not None:
                self.wfile.write(answer.body[: answer.cut_bytes])
                self.close_connection = True
                return
            if not answer.drip_seconds:
                self.wfile.write(answer.body)
                return
            for offset in range(len(answer.body)):
                self.wfile.write(answer.body[offset : offset + 1])
                host.wait(answer.drip_seconds)

        def _reset(self) -> None:
            # With this a close is a reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            """Quiet."""

    return Handler
