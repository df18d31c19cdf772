"""Child process: a web server of photos, as cheap as Python allows. `python -m bench.photo_host FOLDER`.

Photos are in memory, and an answer leaves in one piece: a pause between its head and its body would be the
server's, and would be taken for the clients'. An image host that is far away can be played by a latency.
"""

import sys
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

from bench.answering import answer_questions

PHOTOS = "/images/"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    # A consumer that begins opens many connections at once.
    request_queue_size = 128


class _Latency:
    """How long each answer is held back."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._never = Event()

    def change(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """Take it from a question `{"latency_ms": n}`."""
        self._seconds = question.get("latency_ms", 1000 * self._seconds) / 1000
        return {}

    def wait(self) -> None:
        """Block for as long as an answer takes to arrive from there."""
        if self._seconds:
            self._never.wait(self._seconds)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, bodies: dict[str, bytes], latency: _Latency, *rest: object) -> None:
        self._bodies = bodies
        self._latency = latency
        super().__init__(*rest)  # type: ignore[arg-type]  # the server passes request, address and itself

    def do_GET(self) -> None:
        body = self._bodies.get(self.path)
        if body is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self._latency.wait()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """What fails is in the clients' logs."""


def main() -> None:
    """Serve until the parent is gone; `{"latency_ms": n}` changes how far away it is."""
    photos = Path(sys.argv[1]).glob("*.jpg")
    bodies = {PHOTOS + photo.name: photo.read_bytes() for photo in photos}
    latency = _Latency()
    server = _Server(("127.0.0.1", 0), partial(_Handler, bodies, latency))
    Thread(target=server.serve_forever, daemon=True).start()
    answer_questions(latency.change, greeting={"base_url": f"http://127.0.0.1:{server.server_port}/"})
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    main()
