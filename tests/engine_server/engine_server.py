"""An engine server as the test that started it sees it."""

import subprocess
import sys
from pathlib import Path

from tests.engine_server.orders import order_of
from tests.engine_server.qdrant_front import Fault

_REPOSITORY = Path(__file__).parents[2]
_LONGEST_STOP_SECONDS = 20


class EngineServer:
    """One process that owns Edge under a folder, and speaks Qdrant's gRPC on loopback at `port`.

    The services reach it with QDRANT_HOST=127.0.0.1 and QDRANT_GRPC_PORT; the port stays over restarts. It
    ends with the process that started it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start it, again after `stop` or `kill`; returns when it answers."""
        command = [sys.executable, "-m", "tests.engine_server", str(self._folder), str(self.port)]
        self._process = subprocess.Popen(
            command, cwd=_REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        said = self._said()
        if not said:
            raise RuntimeError(f"the engine server did not start: {self._process.wait()}")
        self.port = int(said)

    def fail(self, method: str, fault: Fault | None, *, times: int | None = None) -> None:
        """Calls of a method (`*`: of every one) get this fault, as often or from now on; None: no more."""
        assert self._process.stdin is not None
        print(order_of(method, fault, times), file=self._process.stdin, flush=True)
        self._said()

    def stop(self) -> None:
        """Let it close its folder and end. Idempotent."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._ended()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._process.kill()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._ended()

    def _ended(self) -> None:
        self._process.wait(_LONGEST_STOP_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()
