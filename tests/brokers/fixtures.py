"""Fixtures for tests that need a Kafka; loaded as a plugin, so every folder of tests has them."""

import os
from collections.abc import Callable, Generator, Iterator, Mapping
from types import MappingProxyType

import pytest

from tests.brokers.broker import Broker, NoBroker
from tests.brokers.choice import broker_candidates, choose_broker, maven_obstacle
from tests.brokers.kafka_server import KafkaServer
from tests.brokers.maven_artifacts import default_cache_dir, kafka_jars
from tests.brokers.topics import Topics
from tests.ci import IN_CI, skip_or_fail

_SHARED_BROKER = pytest.StashKey[Broker]()
_RUNNING = pytest.StashKey[list[Broker]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RUNNING] = []


@pytest.fixture(scope="session")
def kafka(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """The broker that the run shares: use topics and groups of your own, and do not stop it."""
    candidates = broker_candidates(os.environ.get("KAFKA_BOOTSTRAP_SERVERS"), only_real=IN_CI)
    try:
        broker = choose_broker(candidates, tmp_path_factory.mktemp("kafka") / "broker")
    except NoBroker as error:
        skip_or_fail(str(error))
    broker.start()
    pytestconfig.stash[_SHARED_BROKER] = broker
    pytestconfig.stash[_RUNNING].append(broker)
    try:
        yield broker
    finally:
        pytestconfig.stash[_RUNNING].remove(broker)
        broker.stop()


@pytest.fixture
def apache_kafka(kafka: Broker) -> Broker:
    """The shared broker where it is a real Kafka: for KIP-848, compaction and delete_records."""
    if not kafka.is_apache_kafka:
        skip_or_fail(f"this needs Apache Kafka; {kafka.name} does not do it")
    return kafka


@pytest.fixture
def topics(kafka: Broker) -> Iterator[Topics]:
    """Makes topics with names that are this test's alone, and removes them."""
    made = Topics(kafka.bootstrap_servers)
    yield made
    made.delete_all()


StartKafka = Callable[..., KafkaServer]


@pytest.fixture
def start_kafka(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartKafka]:
    """Starts an Apache Kafka for this test alone, to be stopped, killed, frozen and started again.

    Takes server properties that differ: `start_kafka({"message.max.bytes": "100000"})`.
    """
    obstacle = maven_obstacle()
    if obstacle is not None:
        skip_or_fail(f"a Kafka of the test's own comes from Maven: {obstacle}")
    running = pytestconfig.stash[_RUNNING]
    own: list[KafkaServer] = []

    def start(properties: Mapping[str, str] = MappingProxyType({})) -> KafkaServer:
        folder = tmp_path_factory.mktemp("kafka") / "broker"
        server = KafkaServer(folder, kafka_jars(default_cache_dir()), properties)
        own.append(server)
        running.append(server)
        server.start()
        return server

    yield start
    for server in own:
        running.remove(server)
        server.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the brokers' last words beside what failed while they ran."""
    report = yield
    if report.failed:
        for broker in item.config.stash[_RUNNING]:
            if log := broker.log_tail():
                report.sections.append((f"Log of {broker.name}", log))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    broker = config.stash.get(_SHARED_BROKER, None)
    if broker is not None:
        terminalreporter.write_line(f"Kafka of this run: {broker.name}, {broker.bootstrap_servers}")
