"""Health, readiness and metrics over HTTP, for probes and Prometheus."""

import json
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from telemetry.liveness import Liveness
from telemetry.metrics import Metrics
from telemetry.readiness import Readiness
from telemetry.status_page import StatusInWords, status_page

_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_JSON = "application/json"
_HTML = "text/html; charset=utf-8"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_REQUEST_SECONDS = 5.0


class StatusServer:
    """Serves `/healthz`, `/readyz` and `/metrics` on an address, in threads of its own.

    `/` is a page for people that says what `status` says; `/status` is the same as JSON.

    A part without progress turns health red only while readiness names no reason for it. Raises OSError where
    the port is taken.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        service: str,
        liveness: Liveness,
        readiness: Readiness,
        metrics: Metrics,
        status: Callable[[], StatusInWords],
    ) -> None:
        def health() -> tuple[HTTPStatus, str, bytes]:
            reasons = readiness.reasons()
            stalled = {} if reasons else liveness.stalled()
            parts = {part: f"no progress for {seconds:.0f} s" for part, seconds in stalled.items()}
            return _answer(parts, "stalled", "alive")

        def ready() -> tuple[HTTPStatus, str, bytes]:
            return _answer(readiness.reasons(), "waiting", "ready")

        def exposition() -> tuple[HTTPStatus, str, bytes]:
            return HTTPStatus.OK, _TEXT, metrics.exposition()

        def page() -> tuple[HTTPStatus, str, bytes]:
            return HTTPStatus.OK, _HTML, status_page(service, status()).encode()

        def words() -> tuple[HTTPStatus, str, bytes]:
            now = status()
            return HTTPStatus.OK, _JSON, json.dumps({"status": now.headline, **now.facts}).encode()

        pages = {"/": page, "/status": words, "/healthz": health, "/readyz": ready, "/metrics": exposition}
        self._server = ThreadingHTTPServer((host, port), _handler(pages))
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, name="status", daemon=True)

    @property
    def port(self) -> int:
        """The port, also where 0 was asked for."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; blocks for the time of a request at most."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=_REQUEST_SECONDS)


_Page = Callable[[], tuple[HTTPStatus, str, bytes]]


def _answer(problems: dict[str, str], bad: str, good: str) -> tuple[HTTPStatus, str, bytes]:
    status = HTTPStatus.SERVICE_UNAVAILABLE if problems else HTTPStatus.OK
    return status, _JSON, json.dumps({"status": bad if problems else good, "reasons": problems}).encode()


def _handler(pages: dict[str, _Page]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _REQUEST_SECONDS

        def do_GET(self) -> None:
            page = pages.get(self.path.partition("?")[0])
            status, kind, body = page() if page else (HTTPStatus.NOT_FOUND, _TEXT, b"not found\n")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", _POLICY)
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            """Probes come every few seconds; nobody wants a line for each."""

    return Handler
