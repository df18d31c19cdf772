"""The Kafka of a run: the most real one that is at hand, and topics on it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from confluent_kafka.admin import AdminClient

from bench.settings import BenchSettings
from standalone.embedded_broker import EmbeddedBroker, embedded_broker_program
from standalone.errors import DemoError, KafkaNotAnswering
from standalone.kafka_topics import create_topics, wait_for_kafka
from standalone.ports import any_free_port
from tests.brokers.kafka_server import KafkaServer
from tests.brokers.maven_artifacts import ArtifactsUnavailable, default_cache_dir, kafka_jars

_BROKER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Kafka:
    """A broker. config: what clients of every kind need; name: for people."""

    name: str
    config: Mapping[str, Any]

    @property
    def bootstrap_servers(self) -> str:
        """Where it is."""
        return str(self.config["bootstrap.servers"])


@contextmanager
def running_kafka(settings: BenchSettings, folder: Path, *, embedded: bool) -> Iterator[Kafka]:
    """The Kafka that the settings name; else Apache Kafka, where the tests have fetched it; else noida-db.

    embedded: take noida-db whatever there is. What is started ends with the block.
    Raises DemoError, BrokerFailed.
    """
    if embedded:
        running = _embedded_broker(folder)
    elif settings.kafka_bootstrap_servers is not None:
        running = _existing_kafka(settings.kafka_bootstrap_servers, settings.kafka_config)
    elif (jars := _jars_at_hand()) is not None:
        running = _apache_kafka(folder, jars)
    else:
        running = _embedded_broker(folder)
    with running as kafka:
        yield kafka


@contextmanager
def topics(kafka: Kafka, *names: str) -> Iterator[None]:
    """Topics of one partition that are gone again after the block."""
    config = dict(kafka.config)
    create_topics(config, names)
    try:
        yield
    finally:
        # The client must live until its answers are there.
        admin = AdminClient({**config, "log_level": 0})
        for removed in admin.delete_topics(list(names)).values():
            # A broker that keeps them is thrown away, or its operator sees by their names whose they were.
            removed.exception(timeout=_BROKER_SECONDS)


@contextmanager
def _existing_kafka(bootstrap_servers: str, properties: Mapping[str, Any]) -> Iterator[Kafka]:
    def too_late(seconds: float) -> DemoError:
        return KafkaNotAnswering(f"no Kafka answers at {bootstrap_servers} within {seconds:.0f} s")

    config = {**properties, "bootstrap.servers": bootstrap_servers}
    wait_for_kafka(config, deadline_seconds=_BROKER_SECONDS, check=lambda: None, too_late=too_late)
    yield Kafka("the Kafka of KAFKA_BOOTSTRAP_SERVERS", config)


def _jars_at_hand() -> Path | None:
    cache = default_cache_dir()
    try:
        # Nothing is fetched for a bench.
        return kafka_jars(cache) if cache.is_dir() else None
    except ArtifactsUnavailable:
        return None


@contextmanager
def _apache_kafka(folder: Path, jars: Path) -> Iterator[Kafka]:
    server = KafkaServer(folder / "kafka", jars)
    try:
        server.start()
        yield Kafka(server.name, {"bootstrap.servers": server.bootstrap_servers})
    finally:
        server.stop()


@contextmanager
def _embedded_broker(folder: Path) -> Iterator[Kafka]:
    broker = EmbeddedBroker(
        embedded_broker_program(),
        port=any_free_port(),
        folder=folder / "broker",
        log=folder / "broker.log",
    )
    config = {"bootstrap.servers": broker.bootstrap_servers}
    try:
        broker.start()
        wait_for_kafka(
            config, deadline_seconds=_BROKER_SECONDS, check=broker.check, too_late=broker.not_answering
        )
        yield Kafka("noida-db (embedded; speaks Kafka)", config)
    finally:
        broker.stop()
