"""A real HTTP server on loopback that does to each path what a script says, byte by byte if need be."""

import contextlib
import socket
import ssl
import struct
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came: the target as written, header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]


@dataclass
class Visitor:
    """One connection, while one of its requests is answered."""

    sock: socket.socket
    asked: Asked
    stopped: threading.Event

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def pause(self, seconds: float) -> bool:
        """Wait, unless the host stops first; whether to go on."""
        return not self.stopped.wait(seconds)

    def reset(self) -> None:
        """Close so that the other side gets a reset instead of an end."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


# Answers one request; whether the connection is kept.
Script = Callable[[Visitor], bool]


def response(
    body: bytes = b"", status: int = 200, *, keep: bool = True, length: int | None = None, **headers: str
) -> Script:
    """A whole answer; header names are written with underscores. length: what it claims of its body."""
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(body) if length is None else length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    content = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body

    def script(visitor: Visitor) -> bool:
        visitor.send(content)
        return keep

    return script


@dataclass
class ScriptedHost:
    """Serves until it is left; counts what it is asked."""

    tls: ssl.SSLContext | None = None
    scripts: dict[str, Script] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._at_once = 0

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.authority}{path}"

    def times_asked(self, path: str) -> int:
        return Counter(asked.target for asked in self.asked)[path]

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        # Closing a listener does not wake the thread that accepts on it; a shutdown does.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True, name="scripted-host")
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(sock)
            self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        plain = sock
        try:
            if self.tls is not None:
                sock = self.tls.wrap_socket(sock, server_side=True)
            with sock.makefile("rb") as lines:
                while self._answer(sock, lines.readline):
                    pass
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._open.discard(plain)
            sock.close()

    def _answer(self, sock: socket.socket, readline: Callable[[], bytes]) -> bool:
        words = readline().decode("latin-1").split()
        if len(words) != 3:
            return False
        headers = {}
        while line := readline().decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        asked = Asked(words[0], words[1], headers)
        with self._lock:
            self.asked.append(asked)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            script = self.scripts.get(asked.target, response(status=404))
            return script(Visitor(sock, asked, self._stopped))
        finally:
            with self._lock:
                self._at_once -= 1
