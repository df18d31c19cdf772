import os
import shutil
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from tests.brokers.broker import BrokerFailed
from tests.brokers.free_ports import free_ports
from tests.brokers.kafka_properties import single_node
from tests.brokers.maven_artifacts import KAFKA_VERSION
from tests.brokers.owned_process import OwnedProcess
from tests.brokers.readiness import start_broker_process

_START_TIMEOUT_SECONDS = 60
_STOP_TIMEOUT_SECONDS = 20


class KafkaServer:
    """The real Apache Kafka on loopback: one process, one node, ports and data of its own.

    Ports and data stay the same however often it is stopped, killed and started again.
    """

    name = f"Apache Kafka {KAFKA_VERSION} (Maven artifacts)"
    is_apache_kafka = True

    def __init__(
        self,
        folder: Path,
        jars: Path,
        properties: Mapping[str, str] = MappingProxyType({}),
        more_listeners: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._folder = folder
        self._jars = jars
        port, controller_port = free_ports(2)
        self.bootstrap_servers = f"127.0.0.1:{port}"
        self._properties = single_node(
            host="127.0.0.1",
            port=port,
            controller_port=controller_port,
            more_listeners=more_listeners,
            overrides={"log.dirs": str(folder / "data"), **properties},
        )
        self._process = OwnedProcess(
            self._java("kafka.Kafka", str(self._properties_path), heap_mb=512), folder / "kafka.log"
        )

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def start(self) -> None:
        """Block until it answers; the first time the data folder is made before. Raises BrokerFailed."""
        if not self._properties_path.exists():
            self._format()
        start_broker_process(self._process, self.bootstrap_servers, _START_TIMEOUT_SECONDS)

    def stop(self) -> None:
        """End it as an operator would: SIGTERM, and SIGKILL where that takes too long."""
        self._process.terminate(_STOP_TIMEOUT_SECONDS)

    def kill(self) -> None:
        """End it as a power cut would (kill -9)."""
        self._process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def suspend(self) -> None:
        """Freeze it: connections stay open and nothing is answered until `resume`."""
        self._process.suspend()

    def resume(self) -> None:
        self._process.resume()

    def log_tail(self) -> str:
        return self._process.log_tail()

    @property
    def _properties_path(self) -> Path:
        return self._folder / "server.properties"

    def _format(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{key}={value}\n" for key, value in self._properties.items())
        self._properties_path.write_text(text)
        # A leading - would be taken for an option.
        cluster_id = "k" + urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]
        command = self._java("kafka.tools.StorageTool", heap_mb=128)
        command += ["format", "-t", cluster_id, "-c", str(self._properties_path)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            self._properties_path.unlink()
            raise BrokerFailed(f"Kafka's data folder could not be made\n{done.stdout}{done.stderr}")

    def _java(self, *words: str, heap_mb: int) -> list[str]:
        return [
            shutil.which("java") or "java",
            f"-Xmx{heap_mb}m",
            # Two cores are shared with what is tested: start soon, and collect without threads.
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
            "-cp",
            f"{self._jars}{os.sep}*",
            *words,
        ]
