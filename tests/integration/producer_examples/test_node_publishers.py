import socket
import subprocess
import time

import pytest
from confluent_kafka import Producer

from tests.brokers.broker import Broker
from tests.brokers.free_ports import free_ports
from tests.brokers.topics import Topics
from tests.services.shop_backend import NODE_EXAMPLE, node_program
from tests.services.topic_reading import read_topics

_CLIENTS = ("platformatic", "kafkajs")
_KEYS = [f"product-{n}" for n in range(20)] + ["665f1c0a665f1c0a665f1c0a", "ü"]


def publish(
    client: str, bootstrap_servers: str, topic: str, *keys: str, delivery_seconds: int = 8
) -> "subprocess.CompletedProcess[str]":
    variables = [
        f"KAFKA_BOOTSTRAP_SERVERS={bootstrap_servers}",
        f"KAFKA_TOPICS={topic}",
        f"KAFKA_DELIVERY_SECONDS={delivery_seconds}",
    ]
    script = str(NODE_EXAMPLE / "tests" / "publish_keys.js")
    return subprocess.run(
        ["env", *variables, node_program(), script, client, *keys],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_both_clients_choose_the_partitions_of_kafkas_own(kafka: Broker, topics: Topics) -> None:
    """Whoever sends it, a product's event lies in the one partition that a Java client would choose."""
    topic = topics.create(partitions=5)
    for client in _CLIENTS:
        done = publish(client, kafka.bootstrap_servers, topic, *_KEYS)
        assert done.returncode == 0, done.stderr
    as_java = Producer({"bootstrap.servers": kafka.bootstrap_servers, "partitioner": "murmur2_random"})
    for key in _KEYS:
        as_java.produce(topic, key=key, value=f"of {key}")
    assert as_java.flush(30) == 0
    partitions: dict[str, list[int]] = {}
    for message in read_topics(kafka.bootstrap_servers, [topic]):
        key = (message.key or b"").decode()
        assert message.value == f"of {key}".encode()
        partitions.setdefault(key, []).append(message.partition)
    assert set(partitions) == set(_KEYS)
    assert all(len(each) == 3 and len(set(each)) == 1 for each in partitions.values()), partitions
    assert len({each[0] for each in partitions.values()}) == 5


@pytest.mark.parametrize("client", _CLIENTS)
def test_a_kafka_that_is_not_there_is_an_error_in_time(client: str) -> None:
    """Nothing listens: the publish fails within its deadline, and the process can end."""
    began = time.monotonic()
    done = publish(client, f"127.0.0.1:{free_ports(1)[0]}", "products", "a", delivery_seconds=2)
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("not published: ")
    assert time.monotonic() - began < 40


@pytest.mark.parametrize("client", _CLIENTS)
def test_a_kafka_that_hangs_is_an_error_in_time(client: str) -> None:
    """Connections that are taken and never answered: the deadline holds all the same."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        began = time.monotonic()
        done = publish(client, f"127.0.0.1:{deaf.getsockname()[1]}", "products", "a", delivery_seconds=2)
        assert done.returncode == 1, done.stderr
        assert time.monotonic() - began < 40
