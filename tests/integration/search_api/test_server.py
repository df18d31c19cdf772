"""The server around the application: limits, memory, stopping."""

import http.client
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import pytest
from flask import Flask, request

from search_api.app import create_app
from search_api.errors import CannotListen
from search_api.server import HttpServer, ServerLimits, serve
from tests.contract.memory_store import MemoryStore
from tests.unit.search_api.shop import RED, SHOP, picture, promoted_index, shop_parts, shop_settings

LIMITS = ServerLimits(threads=4, max_body_bytes=100_000, drain_seconds=5)


@contextmanager
def running(app: Flask, limits: ServerLimits = LIMITS) -> Iterator[HttpServer]:
    server = serve(app, "127.0.0.1", 0, limits)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def app(tmp_path: Any) -> Flask:
    """The API over the sample shop."""
    store = MemoryStore()
    promoted_index(store).write(SHOP)
    settings = shop_settings(tmp_path, search_api_max_body_bytes=LIMITS.max_body_bytes)
    return create_app(shop_parts(store), settings)


Answer = tuple[int, dict[str, str], bytes]


def ask(
    server: HttpServer,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Status, headers by lower-case name, and body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
    finally:
        connection.close()


def send_photo(server: HttpServer, body: bytes, content_type: str = "image/png") -> Answer:
    return ask(server, "POST", "/find_similar?limit=1", body, {"Content-Type": content_type})


def raw(server: HttpServer, request_bytes: bytes) -> bytes:
    """What comes back for bytes that no HTTP library would send."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request_bytes)
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
        return received


def test_it_answers_over_http(app: Flask) -> None:
    """A photo, a product with any characters in its id, and the page."""
    with running(app) as server:
        status, headers, answer = send_photo(server, picture(RED))
        assert (status, headers["content-type"]) == (200, "application/json")
        assert b'"red-shirt"' in answer
        assert ask(server, "GET", "/products/blue%2F%C3%A4%20b.c")[0] == 200
        assert ask(server, "GET", "/products/red-shirt%2Fsimilar")[0] == 404
        assert ask(server, "GET", "/")[1]["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("extra", [1, 500_000])
def test_a_body_a_little_too_large_is_answered_by_the_application(app: Flask, extra: int) -> None:
    """The server's own limit is above the application's, which has the better words."""
    with running(app) as server:
        body = bytes(LIMITS.max_body_bytes + extra)
        status, headers, answer = send_photo(server, body)
        assert (status, headers["content-type"]) == (413, "application/problem+json")
        assert b"/problems/body-too-large" in answer
        assert "x-request-id" in headers


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"POST /find_similar HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 64_000 + b"\r\n\r\n", 431),
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ],
)
def test_what_the_server_refuses_itself_has_the_same_shape(app: Flask, sent: bytes, status: int) -> None:
    """Requests that never reach the application are answered with problem details too."""
    with running(app) as server:
        head, _, body = raw(server, sent).partition(b"\r\n\r\n")
        assert head.split(b" ")[1] == str(status).encode()
        assert b"application/problem+json" in head
        assert b'"type":"/problems/' in body


def test_a_chunked_upload_is_an_upload(app: Flask) -> None:
    """A body of unknown length is read to its end, within the limit."""
    photo = picture(RED)
    sent = b"POST /find_similar HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: image/png\r\n"
    sent += b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(photo), photo)
    with running(app) as server:
        assert raw(server, sent).startswith(b"HTTP/1.1 200")


class OpenedFiles:
    """What this process opens for writing, as Python's audit events tell; a hook cannot be removed."""

    def __init__(self) -> None:
        self.listening = False
        self.paths: list[Any] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.listening and event == "open":
            path, mode, flags = arguments
            if (isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)) or "w" in str(mode):
                self.paths.append(path)


def test_uploads_and_answers_never_reach_the_disk(app: Flask) -> None:
    """Neither waitress nor Werkzeug writes a body to a temporary file, however large."""
    opened = OpenedFiles()
    limits = ServerLimits(max_body_bytes=10_000_000)
    app.config["MAX_CONTENT_LENGTH"] = limits.max_body_bytes

    @app.get("/large")
    def large() -> bytes:
        return bytes(5_000_000)

    form = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    form += os.urandom(9_000_000) + b"\r\n--B--"
    with running(app, limits) as server:
        opened.listening = True
        for _ in range(2):
            status, _, _ = send_photo(server, form, "multipart/form-data; boundary=B")
            assert status == 422
            assert send_photo(server, os.urandom(9_000_000))[0] == 422
        assert len(ask(server, "GET", "/large")[2]) == 5_000_000
        opened.listening = False
    assert opened.paths == []


def test_the_audit_would_have_noticed(tmp_path: Any) -> None:
    """What the test above listens for is what a temporary file does."""
    opened = OpenedFiles()
    opened.listening = True
    with tempfile.TemporaryFile() as file:
        file.write(b"x")
    opened.listening = False
    assert opened.paths


def slow_app(entered: Event, leave: Event) -> Flask:
    app = Flask(__name__)

    @app.route("/slow", methods=["GET", "POST"])
    def slow() -> str:
        entered.set()
        assert leave.wait(30)
        return "done"

    @app.get("/who")
    def who() -> str:
        return str(request.remote_addr)

    return app


def in_background(work: Callable[[], Any]) -> tuple[Thread, list[Any]]:
    results: list[Any] = []
    thread = Thread(target=lambda: results.append(work()))
    thread.start()
    return thread, results


def wait_until_refused(port: int) -> None:
    deadline = monotonic() + 10
    while monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionError:
            return
        sleep(0.02)
    pytest.fail("connections are still taken")


def test_a_stop_finishes_what_is_under_way() -> None:
    """A request that is being answered gets its answer; new connections are refused at once."""
    entered, leave = Event(), Event()
    with running(slow_app(entered, leave)) as server:
        asking, answers = in_background(lambda: ask(server, "GET", "/slow"))
        assert entered.wait(10)
        stopping, _ = in_background(server.stop)
        wait_until_refused(server.port)
        # Longer than a worker is waited for once the draining is over.
        sleep(1.5)
        leave.set()
        asking.join(10)
        stopping.join(10)
    assert [(status, body) for status, _, body in answers] == [(200, b"done")]


def hung_up_on(server: HttpServer) -> bool:
    try:
        ask(server, "GET", "/slow")
    except (OSError, http.client.HTTPException):
        return True
    return False


def test_a_stop_does_not_wait_for_ever() -> None:
    """A request that does not end is given up after the time for it."""
    entered, leave = Event(), Event()
    with running(slow_app(entered, leave), ServerLimits(drain_seconds=0.3)) as server:
        asking, answers = in_background(lambda: hung_up_on(server))
        assert entered.wait(10)
        began = monotonic()
        server.stop()
        assert monotonic() - began < 5
        leave.set()
        asking.join(10)
        assert answers == [True]


def test_stopping_twice_or_before_the_start_is_fine(app: Flask) -> None:
    """Whoever tidies up need not know how far things got; the port is free again."""
    server = serve(app, "127.0.0.1", 0)
    port = server.port
    server.stop()
    server.stop()
    again = serve(app, "127.0.0.1", port)
    again.start()
    again.stop()
    again.stop()


def test_a_taken_port_is_one_clear_line(app: Flask) -> None:
    """The error names the address."""
    with running(app) as server, pytest.raises(CannotListen, match=f"127.0.0.1:{server.port}"):
        serve(app, "127.0.0.1", server.port)


def test_a_client_that_hangs_up_harms_nobody(app: Flask) -> None:
    """Half an upload and a closed connection leave the service as it was."""
    with running(app) as server:
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
                head = b"POST /find_similar HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
                connection.sendall(head + b"Content-Length: 50000\r\n\r\nabc")
        assert ask(server, "GET", "/healthz")[0] == 200


def test_who_the_client_is_is_told_by_trusted_proxies_only() -> None:
    """X-Forwarded-For counts where a proxy is configured, and only the part that this proxy wrote."""
    app = slow_app(Event(), Event())
    forwarded = {"X-Forwarded-For": "6.6.6.6, 192.0.2.1"}
    with running(app) as server:
        assert ask(server, "GET", "/who", headers=forwarded)[2] == b"127.0.0.1"
    with running(app, ServerLimits(trusted_proxies=1)) as server:
        assert ask(server, "GET", "/who", headers=forwarded)[2] == b"192.0.2.1"
