import os
import socket
from contextlib import closing

import docker
from docker.errors import DockerException
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

from tests.brokers.free_ports import free_ports
from tests.brokers.kafka_properties import single_node
from tests.brokers.maven_artifacts import KAFKA_VERSION
from tests.brokers.readiness import wait_until_answering

_DEFAULT_SOCKET = "/var/run/docker.sock"
_START_TIMEOUT_SECONDS = 120


def docker_obstacle() -> str | None:
    """Why no container can be run here, or None where one can."""
    # Asked first, since docker's client leaks its socket where nobody listens.
    if "DOCKER_HOST" not in os.environ and not _listens(_DEFAULT_SOCKET):
        return f"no Docker engine listens at {_DEFAULT_SOCKET}"
    try:
        with closing(docker.from_env(timeout=5)) as client:
            client.ping()
    except DockerException as error:
        return f"no Docker engine answers: {str(error)[:100]}"
    return None


def _listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


class KafkaContainer:
    """The real Apache Kafka from its own image, in a container that testcontainers ends."""

    name = f"Apache Kafka {KAFKA_VERSION} (container)"
    is_apache_kafka = True

    def __init__(self) -> None:
        (port,) = free_ports(1)
        self._container = DockerContainer(f"apache/kafka:{KAFKA_VERSION}").with_bind_ports(port, port)
        host = DockerClient().host()
        self.bootstrap_servers = f"{host}:{port}"
        properties = single_node(
            host=host, port=port, controller_port=port + 1, listen_on="0.0.0.0", overrides={}
        )
        for key, value in properties.items():
            self._container.with_env(f"KAFKA_{key.upper().replace('.', '_')}", value)

    def start(self) -> None:
        """Block until it answers; the image is fetched the first time. Raises BrokerFailed."""
        self._container.start()
        wait_until_answering(self.bootstrap_servers, _START_TIMEOUT_SECONDS)

    def stop(self) -> None:
        self._container.stop()

    def log_tail(self) -> str:
        stdout, stderr = self._container.get_logs()
        return "\n".join((stdout + stderr).decode(errors="replace").splitlines()[-40:])
