import sys
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path

from tests.brokers.free_ports import free_ports
from tests.brokers.owned_process import OwnedProcess
from tests.brokers.readiness import start_broker_process

_START_TIMEOUT_SECONDS = 30
_STOP_TIMEOUT_SECONDS = 10


def noida_executable() -> Path | None:
    """The program inside the package, or None where this platform has none.

    Not the `noida-db` script: that one waits for the program as its child and would leave it behind when
    it is ended itself.
    """
    if find_spec("noida_db") is None:
        return None
    with as_file(files("noida_db") / ("noida-db.exe" if sys.platform == "win32" else "noida-db")) as path:
        return path if path.is_file() else None


class NoidaServer:
    """The broker that the laptop demo embeds; speaks what the consumer needs of Kafka, and not all of it."""

    name = "noida-db (embedded; speaks Kafka)"
    is_apache_kafka = False

    def __init__(self, folder: Path, executable: Path) -> None:
        (port,) = free_ports(1)
        self._folder = folder
        self.bootstrap_servers = f"127.0.0.1:{port}"
        words = ["start", "--only", "kafka", "--kafka-port", str(port), "--data-dir", str(folder / "data")]
        self._process = OwnedProcess([str(executable), *words], folder / "noida.log")

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def start(self) -> None:
        """Block until it answers. Raises BrokerFailed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        start_broker_process(self._process, self.bootstrap_servers, _START_TIMEOUT_SECONDS)

    def stop(self) -> None:
        self._process.terminate(_STOP_TIMEOUT_SECONDS)

    def log_tail(self) -> str:
        return self._process.log_tail()
