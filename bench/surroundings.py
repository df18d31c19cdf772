"""What the measured processes need around them: a Kafka with topics, and a web server with photos."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from bench.asked_process import AskedProcess
from bench.kafka import Kafka, running_kafka
from bench.settings import BenchSettings, child_environment
from standalone.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All of it, for one run of the bench: names that no other run has, and a folder that is removed."""

    kafka: Kafka
    run_id: str
    photo_host: AskedProcess
    photos_url: str
    folder: Path

    def topic(self, name: str) -> str:
        """This run's own topic of that name."""
        return f"bench-{self.run_id}.{name}"


@contextmanager
def surroundings(
    settings: BenchSettings, catalogue: Catalogue, folder: Path, *, embedded_broker: bool
) -> Iterator[Surroundings]:
    """Start them; they end with the block. Raises DemoError, BrokerFailed, ProcessFailed."""
    with (
        running_kafka(settings, folder, embedded=embedded_broker) as kafka,
        _photo_host(catalogue, folder) as host,
    ):
        yield Surroundings(kafka, uuid4().hex[:8], host, host.greeting()["base_url"], folder)


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
