"""Which Kafka the tests run on: the most real one that this machine can offer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.brokers.broker import Broker, NoBroker
from tests.brokers.existing_cluster import ExistingCluster
from tests.brokers.kafka_container import KafkaContainer, docker_obstacle
from tests.brokers.kafka_server import KafkaServer
from tests.brokers.maven_artifacts import ArtifactsUnavailable, default_cache_dir, kafka_jars
from tests.brokers.noida_server import NoidaServer, noida_executable


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to a broker: `obstacle` says why it is closed here (None: open), `make` takes it."""

    obstacle: Callable[[], str | None]
    make: Callable[[Path], Broker]


def choose_broker(candidates: Sequence[Candidate], folder: Path) -> Broker:
    """Make the first broker that nothing stands in the way of, not started yet.

    Later candidates are not looked at. Raises NoBroker with every obstacle.
    """
    obstacles = []
    for candidate in candidates:
        obstacle = candidate.obstacle()
        if obstacle is None:
            return candidate.make(folder)
        obstacles.append(obstacle)
    raise NoBroker("no Kafka to test with: " + "; ".join(obstacles))


def broker_candidates(bootstrap_servers: str | None, *, only_real: bool) -> list[Candidate]:
    """A named cluster, a container, Kafka from Maven, and, unless `only_real`, the embedded broker."""
    existing = Candidate(
        obstacle=lambda: None if bootstrap_servers else "KAFKA_BOOTSTRAP_SERVERS is not set",
        make=lambda _: ExistingCluster(bootstrap_servers or ""),
    )
    container = Candidate(obstacle=docker_obstacle, make=lambda _: KafkaContainer())
    maven = Candidate(obstacle=maven_obstacle, make=make_kafka_server)
    embedded = Candidate(
        obstacle=lambda: None if noida_executable() else "noida-db has no program for this platform",
        make=_make_noida_server,
    )
    return [existing, container, maven] if only_real else [existing, container, maven, embedded]


def maven_obstacle() -> str | None:
    """Why Kafka's own jars cannot be run here, or None; fetches them the first time."""
    try:
        kafka_jars(default_cache_dir())
    except ArtifactsUnavailable as error:
        return str(error)
    return None


def make_kafka_server(folder: Path) -> KafkaServer:
    return KafkaServer(folder, kafka_jars(default_cache_dir()))


def _make_noida_server(folder: Path) -> NoidaServer:
    executable = noida_executable()
    assert executable is not None
    return NoidaServer(folder, executable)
