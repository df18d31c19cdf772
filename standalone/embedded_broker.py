"""noida-db, a small program that speaks Kafka, as a child that never outlives the demo."""

import os
import signal
import subprocess
import sys
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from standalone.errors import BrokerFailed, NoEmbeddedBroker
from standalone.ports import LOOPBACK

_KEEPER = Path(__file__).with_name("broker_keeper.py")
_STOP_SECONDS = 4.0
# Where the C library is older than the one it was linked with; it runs all the same.
_HARMLESS = "weak version `GLIBC"


def embedded_broker_program(package: str = "noida_db") -> Path:
    """The program inside the package noida-db. Raises NoEmbeddedBroker where this platform has none."""
    if find_spec(package) is not None:
        name = "noida-db.exe" if sys.platform == "win32" else "noida-db"
        # Not the script that comes with it: that one would leave the program behind when it is ended.
        with as_file(files(package) / name) as path:
            if path.is_file():
                return path
    raise NoEmbeddedBroker(
        "there is no embedded broker for this platform (the package noida-db): start a Kafka and name it "
        'with --bootstrap-servers, as in make demo ARGS="--bootstrap-servers localhost:9092"'
    )


class EmbeddedBroker:
    """The child. Its folder survives it; it listens on loopback alone."""

    def __init__(self, program: Path, *, port: int, folder: Path, log: Path) -> None:
        self._program = program
        self._log = log
        self._lock = Lock()
        self._command = [
            *(sys.executable, "-I", str(_KEEPER), str(program), "start", "--only", "kafka"),
            *("--host", LOOPBACK, "--kafka-port", str(port), "--data-dir", str(folder)),
        ]
        self._keeper: subprocess.Popen[bytes] | None = None
        self.bootstrap_servers = f"{LOOPBACK}:{port}"

    def start(self) -> None:
        """Start it; it answers some moments later. Raises BrokerFailed where the system refuses to run it."""
        try:
            if not os.access(self._program, os.X_OK):
                # Some installers leave the permission out.
                self._program.chmod(0o755)
            with self._log.open("wb") as log:
                self._keeper = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    # Its own group: a signal to the demo's group must not reach it before its time.
                    start_new_session=True,
                )
        except OSError as error:
            raise BrokerFailed(f"the embedded broker cannot be started: {error.strerror}") from error

    def check(self) -> None:
        """Raises BrokerFailed where it has ended by itself."""
        if self._keeper is not None and (status := self._keeper.poll()) is not None:
            raise BrokerFailed(self._complaint(f"ended by itself (exit status {status})"))

    def not_answering(self, seconds: float) -> BrokerFailed:
        """The error that says that it did not come up in this time."""
        return BrokerFailed(self._complaint(f"does not answer after {seconds:.0f} s"))

    def stop(self) -> None:
        """End it, and wait until it has ended: some 1 s, at most 4. Idempotent, thread-safe."""
        with self._lock:
            keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        if keeper.stdin is not None:
            keeper.stdin.close()
        try:
            keeper.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            _kill_group(keeper)
            keeper.wait()

    def _complaint(self, what: str) -> str:
        return (
            f"the embedded broker {what}{self._last_words()}; its log is {self._log}. "
            "Try again, or use another Kafka with --bootstrap-servers"
        )

    def _last_words(self) -> str:
        try:
            lines = self._log.read_text("utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        said = [line for line in lines if line.startswith("error:") and _HARMLESS not in line]
        return f": {said[-1].removeprefix('error:').strip()}" if said else ""


def _kill_group(keeper: "subprocess.Popen[bytes]") -> None:
    if sys.platform == "win32":
        keeper.kill()
    else:
        os.killpg(keeper.pid, signal.SIGKILL)
