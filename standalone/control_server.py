"""How another process on this machine tells a running demo something: one order, answered line by line."""

import hmac
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_hex
from threading import Condition, Event, Thread
from typing import Final

import structlog
from pydantic import ValidationError

from consumer.errors import ConsumerError
from model.errors import ModelError
from standalone.errors import DemoError, FolderUnusable
from standalone.generations import Generations
from standalone.orders import Order, carry_out
from standalone.ports import LOOPBACK
from standalone.wire_watcher import WireWatcher
from vector_store import StoreError

_LONGEST_ORDER_BYTES: Final = 65_536
_SILENT_SECONDS: Final = 30
_STOP_SECONDS: Final = 5.0

_log = structlog.get_logger()


class ControlServer:
    """Takes orders on a free port of loopback from whoever can read the file that names port and token."""

    def __init__(self, generations: Generations, address_file: Path) -> None:
        self._generations = generations
        self._address_file = address_file
        self._token = token_hex(32)
        self._changed = Condition()
        self._under_way: list[Event] = []
        self._server = ThreadingHTTPServer((LOOPBACK, 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, name="control", daemon=True)

    def start(self) -> None:
        """Take orders from now on. Raises FolderUnusable where the file cannot be written."""
        self._thread.start()
        address = json.dumps({"port": self._server.server_port, "token": self._token})
        try:
            self._address_file.unlink(missing_ok=True)
            # Its owner's alone from the first moment on.
            file = os.open(self._address_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "w", encoding="utf-8") as stream:
                stream.write(address)
        except OSError as error:
            raise FolderUnusable(f"cannot write {self._address_file}: {error.strerror}") from error

    def stop(self) -> None:
        """Take no more orders and end those under way, which are waited for some seconds. Idempotent."""
        self._address_file.unlink(missing_ok=True)
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join(_STOP_SECONDS)
        self._server.server_close()
        with self._changed:
            for each in self._under_way:
                each.set()
            self._changed.wait_for(lambda: not self._under_way, timeout=_STOP_SECONDS)

    def knows(self, token: str | None) -> bool:
        """Whether these words came with the token."""
        return hmac.compare_digest((token or "").encode(), f"Bearer {self._token}".encode())

    def obey(self, body: bytes, handler: BaseHTTPRequestHandler) -> None:
        """Carry the order out and send what happens, at the end `done` or `error`. Blocks until then."""
        with self._order() as stop:

            def send(message: dict[str, object]) -> None:
                try:
                    handler.wfile.write(json.dumps(message).encode() + b"\n")
                    handler.wfile.flush()
                except OSError:
                    # Whoever gave the order is gone, and may give it again.
                    stop.set()

            try:
                done = carry_out(
                    Order.model_validate_json(body), self._generations, watcher=WireWatcher(send), stop=stop
                )
                send({"done": done.model_dump(mode="json")})
            except ValidationError as error:
                send({"error": f"this is no order: {error.errors()[0]['msg']}"})
            except (DemoError, ConsumerError, StoreError, ModelError) as error:
                send({"error": str(error)})
            except Exception as error:  # noqa: BLE001 - whoever gave the order is to hear of it
                _log.exception("an order failed")
                send({"error": f"it failed, and services.log says how: {error}"})

    @contextmanager
    def _order(self) -> Iterator[Event]:
        stop = Event()
        with self._changed:
            self._under_way.append(stop)
        try:
            yield stop
        finally:
            with self._changed:
                self._under_way.remove(stop)
                self._changed.notify_all()


def _handler(control: ControlServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SILENT_SECONDS

        def do_POST(self) -> None:
            if not control.knows(self.headers.get("Authorization")):
                self._refuse(HTTPStatus.UNAUTHORIZED)
                return
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > _LONGEST_ORDER_BYTES:
                self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                return
            with suppress(OSError):
                body = self.rfile.read(int(length))
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Type", "application/x-ndjson")
                self.end_headers()
                control.obey(body, self)

        def _refuse(self, status: HTTPStatus) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            """Nothing of it is for the terminal."""

    return Handler
