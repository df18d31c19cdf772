"""A web server for the sample shop's photos, on loopback: what a shop has Cloudinary for."""

from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

from standalone.errors import PortTaken
from standalone.ports import LOOPBACK

PHOTOS: Final = "/images/"
_STOP_SECONDS = 2.0
_SILENT_SECONDS = 30


class ImageHost:
    """Serves the photos of one folder, and nothing else, under /images/."""

    def __init__(self, folder: Path, port: int) -> None:
        # The names are read once: a request can only ask for one of them, never for a path.
        names = frozenset(path.name for path in folder.glob("*.jpg"))
        try:
            self._server = _Server((LOOPBACK, port), partial(_Handler, folder, names))
        except OSError as error:
            raise PortTaken(
                f"port {port}, for the photos, cannot be listened on: {error.strerror}"
            ) from error
        self._thread = Thread(target=self._server.serve_forever, name="image-host", daemon=True)

    @property
    def base_url(self) -> str:
        """What stands before a photo's path."""
        return f"http://{LOOPBACK}:{self._server.server_port}/"

    def start(self) -> None:
        """Answer requests from now on, on threads of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering; connections that are open end with the process."""
        self._server.shutdown()
        self._thread.join(_STOP_SECONDS)
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A connection that is kept alive must not hold up the end.
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sample-shop"
    sys_version = ""
    timeout = _SILENT_SECONDS
    # Header and body in one segment: a small photo is there after one round trip.
    wbufsize = -1

    def __init__(self, folder: Path, names: frozenset[str], *rest: object) -> None:
        self._folder = folder
        self._names = names
        super().__init__(*rest)  # type: ignore[arg-type]  # the server passes request, address and itself

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """What was fetched is in the consumer's log."""

    def _answer(self, *, with_body: bool) -> None:
        path = self.path.partition("?")[0]
        name = path.removeprefix(PHOTOS)
        if path == PHOTOS + name and name in self._names:
            status, kind, body = HTTPStatus.OK, "image/jpeg", (self._folder / name).read_bytes()
        else:
            status, kind, body = HTTPStatus.NOT_FOUND, "text/plain", b"no such photo\n"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        if status is HTTPStatus.OK:
            self.send_header("Cache-Control", "public, max-age=86400")
        self.end_headers()
        if with_body:
            self.wfile.write(body)
