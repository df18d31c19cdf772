"""What the measured processes need around them: a Kafka with topics, and a web server with photos."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from confluent_kafka.admin import AdminClient

from bench.asked_process import AskedProcess
from bench.settings import BenchSettings, child_environment
from standalone.catalogue import Catalogue
from standalone.embedded_broker import EmbeddedBroker, embedded_broker_program
from standalone.errors import DemoError, KafkaNotAnswering
from standalone.kafka_topics import create_topics, wait_for_kafka
from standalone.ports import any_free_port

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


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All of it, for one run of the bench: names that no other run has, and a folder that is removed."""

    kafka: Kafka
    run_id: str
    photos_url: str
    folder: Path

    def topic(self, name: str) -> str:
        """This run's own topic of that name."""
        return f"bench-{self.run_id}.{name}"


@contextmanager
def surroundings(settings: BenchSettings, catalogue: Catalogue, folder: Path) -> Iterator[Surroundings]:
    """Start them; they end with the block. Raises DemoError, ProcessFailed."""
    with _kafka(settings, folder) as kafka, _photo_host(catalogue, folder) as host:
        yield Surroundings(kafka, uuid4().hex[:8], host.greeting()["base_url"], folder)


@contextmanager
def topics(kafka: Kafka, *names: str) -> Iterator[None]:
    """Topics of one partition that are gone again after the block."""
    config = dict(kafka.config)
    create_topics(config, names)
    try:
        yield
    finally:
        for removed in AdminClient({**config, "log_level": 0}).delete_topics(list(names)).values():
            # A broker that keeps them is thrown away, or its operator sees by their names whose they were.
            removed.exception(timeout=_BROKER_SECONDS)


@contextmanager
def _kafka(settings: BenchSettings, folder: Path) -> Iterator[Kafka]:
    if settings.kafka_bootstrap_servers is not None:
        config = {**settings.kafka_config, "bootstrap.servers": settings.kafka_bootstrap_servers}
        wait_for_kafka(
            config,
            deadline_seconds=_BROKER_SECONDS,
            check=lambda: None,
            too_late=lambda seconds: _not_answering(settings.kafka_bootstrap_servers, seconds),
        )
        yield Kafka("the Kafka of KAFKA_BOOTSTRAP_SERVERS", config)
        return
    broker = EmbeddedBroker(
        embedded_broker_program(),
        port=any_free_port(),
        folder=folder / "broker",
        log=folder / "broker.log",
    )
    config = {"bootstrap.servers": broker.bootstrap_servers}
    broker.start()
    try:
        wait_for_kafka(
            config, deadline_seconds=_BROKER_SECONDS, check=broker.check, too_late=broker.not_answering
        )
        yield Kafka("noida-db (embedded)", config)
    finally:
        broker.stop()


def _not_answering(bootstrap_servers: str | None, seconds: float) -> DemoError:
    return KafkaNotAnswering(f"no Kafka answers at {bootstrap_servers} within {seconds:.0f} s")


@contextmanager
def _photo_host(catalogue: Catalogue, folder: Path) -> Iterator[AskedProcess]:
    with AskedProcess(
        ["bench.photo_host", str(catalogue.photos)],
        environment=child_environment({}),
        log=folder / "photo-host.log",
    ) as host:
        yield host


def consumer_environment(around: Surroundings, *, topic: str, index: Path) -> dict[str, str]:
    """What the consumer is told, and whoever is to do as it does."""
    kafka_config = {name: value for name, value in around.kafka.config.items() if name != "bootstrap.servers"}
    return child_environment(
        {
            "KAFKA_BOOTSTRAP_SERVERS": around.kafka.bootstrap_servers,
            "KAFKA_CONFIG": json.dumps(kafka_config),
            "KAFKA_TOPICS": topic,
            "KAFKA_DEAD_LETTER_TOPIC": around.topic("dead-letters"),
            "KAFKA_GROUP_PREFIX": f"bench-{around.run_id}",
            "QDRANT_PATH": str(index),
            "IMAGE_LOCAL_HOSTS": around.photos_url.removeprefix("http://").rstrip("/"),
            # What is searchable shows by its commit; the usual second would be much of a short run.
            "COMMIT_INTERVAL_SECONDS": "0.1",
        }
    )
