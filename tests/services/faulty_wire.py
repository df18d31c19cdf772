"""A TCP proxy on loopback that plays a network, failures included: what is behind it cannot be reached."""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from threading import Condition, Event, Lock, Thread
from types import TracebackType
from typing import Self

_PIECE_BYTES = 65_536
_ACCEPT_SECONDS = 0.1


class FaultyWire:
    """Carries bytes between its port and the port behind it, until told otherwise. Thread-safe.

    cut: connections are reset, and new ones refused. freeze: connections stay, nothing passes in either
    direction. mute: what is asked passes, what is answered does not. What was held back passes when it is
    mended: late, and in order.
    """

    def __init__(self, port_behind: int, host_behind: str = "127.0.0.1") -> None:
        self._behind = (host_behind, port_behind)
        self._asks = _Gate()
        self._answers = _Gate()
        self._lock = Lock()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._listener: _Listener | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self.mend()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        self._asks.open()
        self._answers.open()

    def cut(self) -> None:
        """Nobody is there any more."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            _reset(pair)

    def freeze(self) -> None:
        """Nothing passes."""
        self._asks.close()
        self._answers.close()

    def mute(self) -> None:
        """Only what is asked passes."""
        self._answers.close()

    def mend(self) -> None:
        """Everything passes again."""
        self._asks.open()
        self._answers.open()
        if self._listener is None:
            self._listener = _Listener(self.port, self._connect)
            self.port = self._listener.port

    def _connect(self, near: socket.socket) -> None:
        far = socket.socket()
        try:
            far.connect(self._behind)
        except OSError:
            _reset((near, far))
            return
        pair = (near, far)
        with self._lock:
            self._pairs.add(pair)
        for source, target, gate in ((near, far, self._asks), (far, near, self._answers)):
            Thread(target=self._carry, args=(pair, source, target, gate), daemon=True).start()

    def _carry(
        self,
        pair: tuple[socket.socket, socket.socket],
        source: socket.socket,
        target: socket.socket,
        gate: "_Gate",
    ) -> None:
        # Whatever ends one direction ends the connection: the protocols carried here do not half-close.
        with suppress(OSError):
            while piece := source.recv(_PIECE_BYTES):
                gate.wait()
                target.sendall(piece)
        with self._lock:
            self._pairs.discard(pair)
        for each in pair:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


class _Gate:
    def __init__(self) -> None:
        self._changed = Condition()
        self._open = True

    def open(self) -> None:
        with self._changed:
            self._open = True
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._open = False

    def wait(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._open)


class _Listener:
    def __init__(self, port: int, connect: Callable[[socket.socket], None]) -> None:
        self._connect = connect
        self._closing = Event()
        self._socket = socket.create_server(("127.0.0.1", port), backlog=64)
        self._socket.settimeout(_ACCEPT_SECONDS)
        self.port: int = self._socket.getsockname()[1]
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        self._socket.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            with suppress(TimeoutError):
                near, _address = self._socket.accept()
                near.settimeout(None)
                self._connect(near)


def _reset(pair: tuple[socket.socket, socket.socket]) -> None:
    for each in pair:
        with suppress(OSError):
            # With this a close is a reset.
            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # A thread that still reads would keep it open, and this wakes it.
            each.shutdown(socket.SHUT_RD)
        each.close()
