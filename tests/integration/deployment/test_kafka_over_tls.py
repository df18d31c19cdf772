"""Kafka over TLS, with a password over TLS, and what a wrong certificate or password leads to."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from confluent_kafka import Producer
from confluent_kafka.admin import (
    AdminClient,
    NewTopic,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from tests.brokers.choice import maven_obstacle
from tests.brokers.free_ports import free_ports
from tests.brokers.kafka_server import KafkaServer
from tests.brokers.maven_artifacts import default_cache_dir, kafka_jars
from tests.brokers.readiness import quiet_admin
from tests.ci import skip_or_fail
from tests.services.certificates import Authority, make_authority
from tests.services.consumer_process import ConsumerProcess
from tests.services.eventually import eventually
from tests.services.group_progress import GroupProgress, group_of_index
from tests.services.java_mongodb import running_java_mongodb
from tests.services.shop_backend import ShopBackend

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]

_USER, _PASSWORD = "shop", "correct horse"
_SCRAM = "SCRAM-SHA-512"
# The answer of a broker is waited for fifteen seconds; the rest is for a process to start on a busy machine.
_REFUSED_WITHIN_SECONDS = 110


@dataclass(frozen=True, slots=True)
class Secured:
    """A broker that listens in the open (for the test), over TLS, and over TLS with a password.

    other: an authority that has not certified it.
    """

    server: KafkaServer
    authority: Authority
    other: Authority
    tls: str
    password: str

    @property
    def open_address(self) -> str:
        return self.server.bootstrap_servers

    def config(self, **changed: str) -> dict[str, str]:
        """The consumer's KAFKA_CONFIG for the listener that asks for a password."""
        return {
            "security.protocol": "SASL_SSL",
            "ssl.ca.location": str(self.authority.ca_file),
            "sasl.mechanism": _SCRAM,
            "sasl.username": _USER,
            "sasl.password": _PASSWORD,
            **changed,
        }


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    if (obstacle := maven_obstacle()) is not None:
        skip_or_fail(f"a Kafka of the test's own comes from Maven: {obstacle}")
    folder = tmp_path_factory.mktemp("secured")
    authority, other = make_authority(folder / "authority"), make_authority(folder / "other")
    tls, password = free_ports(2)
    properties = {
        "listener.security.protocol.map": (
            "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SSL,PASSWORD:SASL_SSL"
        ),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(authority.keystore_file),
        "sasl.enabled.mechanisms": _SCRAM,
        f"listener.name.password.{_SCRAM.lower()}.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
    }
    server = KafkaServer(
        folder / "broker", kafka_jars(default_cache_dir()), properties, {"TLS": tls, "PASSWORD": password}
    )
    server.start()
    try:
        admin = quiet_admin(server.bootstrap_servers)
        credential = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, iterations=4096)
        user = UserScramCredentialUpsertion(_USER, credential, _PASSWORD.encode())
        admin.alter_user_scram_credentials([user])[_USER].result(timeout=30)
        make_topic(admin)
        yield Secured(
            server=server,
            authority=authority,
            other=other,
            tls=f"127.0.0.1:{tls}",
            password=f"127.0.0.1:{password}",
        )
    finally:
        server.stop()


def make_topic(admin: AdminClient) -> None:
    admin.create_topics([NewTopic("products", num_partitions=1)])["products"].result(timeout=30)


def settings(address: str, config: dict[str, Any], folder: Path, port: int = 1) -> dict[str, str]:
    """What the consumer is told; photos come from a backend at this port."""
    return {
        "KAFKA_BOOTSTRAP_SERVERS": address,
        "KAFKA_TOPICS": "products",
        "KAFKA_CONFIG": json.dumps(config),
        "EVENT_ORDER": "version",
        "QDRANT_PATH": str(folder / "index"),
        "IMAGE_LOCAL_HOSTS": f"127.0.0.1:{port}",
        "CONSUMER_STATUS_PORT": "0",
        "COMMIT_INTERVAL_SECONDS": "0.2",
    }


def test_events_travel_over_tls_with_a_password(secured: Secured, tmp_path: Path) -> None:
    """The Node backend sends over TLS with a password, the consumer reads so; commands ask by TLS alone."""
    (port,) = free_ports(1)
    told = settings(secured.password, secured.config(), tmp_path, port)
    with running_java_mongodb(tmp_path / "mongodb") as mongodb:
        backend = ShopBackend(
            tmp_path / "shop",
            {
                "MONGODB_URI": f"mongodb://{mongodb}/shop?directConnection=true",
                "KAFKA_BOOTSTRAP_SERVERS": secured.password,
                "KAFKA_TLS": "true",
                "KAFKA_SASL_USERNAME": _USER,
                "KAFKA_SASL_PASSWORD": _PASSWORD,
                "NODE_EXTRA_CA_CERTS": str(secured.authority.ca_file),
                "SEARCH_API_URL": "http://127.0.0.1:9",
            },
            port=port,
        )
        consumer = ConsumerProcess(told, tmp_path / "consumer.log")
        try:
            consumer.start()
            backend.start_and_wait()
            product = backend.create({"name": "Shirt", "category": "shirt", "price": "1"})
            progress = GroupProgress(secured.open_address, ("products",))
            assert eventually(lambda: has_committed(progress, tmp_path / "index"), 90), (
                backend.log_tail() + consumer.log_tail()
            )
            assert consumer.end(signal.SIGTERM, 60) == 0, consumer.log_tail()
        finally:
            consumer.kill()
            backend.kill()
    listed = run(settings(secured.tls, tls_only(secured.authority.ca_file), tmp_path), "products", "--json")
    assert product["id"] in listed.stdout
    letters = run(
        settings(secured.tls, tls_only(secured.authority.ca_file), tmp_path), "dead-letters", "list"
    )
    assert letters.returncode == 0, letters.stderr


def test_what_is_not_trusted_is_one_line(secured: Secured, tmp_path: Path) -> None:
    """A wrong authority, password or file: the reason and the setting, and the process ends."""
    cases = {
        "certificate verify failed": (secured.tls, tls_only(secured.other.ca_file)),
        "uthentication": (secured.password, secured.config(**{"sasl.password": "wrong"})),
        "ssl.ca.location failed": (secured.tls, tls_only(tmp_path / "no-such-file.pem")),
    }

    def refused(
        folder: str, address: str, config: dict[str, str], *command: str
    ) -> subprocess.CompletedProcess[str]:
        return run(settings(address, config, tmp_path / folder), *command)

    with ThreadPoolExecutor(len(cases) + 1) as threads:
        asked = {
            reason: threads.submit(refused, f"index{number}", address, config, "run")
            for number, (reason, (address, config)) in enumerate(cases.items())
        }
        wrong = tls_only(secured.other.ca_file)
        command = threads.submit(refused, "none", secured.tls, wrong, "dead-letters", "list")
    for reason, answer in [*asked.items(), ("certificate verify failed", command)]:
        done = answer.result()
        lines = [line for line in done.stderr.splitlines() if not line.startswith("{")]
        assert done.returncode not in {0, None}, reason
        assert len(lines) == 1, done.stderr
        assert reason in lines[0]
        assert "KAFKA_CONFIG" in lines[0]
        assert "correct horse" not in done.stderr


def test_a_broker_that_is_no_longer_trusted_is_waited_for(secured: Secured, tmp_path: Path) -> None:
    """Brokers that come back with another certificate: it says so, runs on, and reads when that is mended."""
    (port,) = free_ports(1)
    quick = {"reconnect.backoff.max.ms": "500", "session.timeout.ms": "6000"}
    told = settings(secured.tls, {**tls_only(secured.authority.ca_file), **quick}, tmp_path)
    consumer = ConsumerProcess({**told, "CONSUMER_STATUS_PORT": str(port)}, tmp_path / "consumer.log")
    keystore = secured.authority.keystore_file
    trusted = keystore.read_bytes()
    try:
        consumer.start()
        assert eventually(consumer.has_partitions, 90), consumer.log_tail()
        restarted_with(secured.server, keystore, secured.other.keystore_file.read_bytes())
        assert eventually(lambda: "certificate verify failed" in consumer.log_tail(1000), 60)
        assert eventually(lambda: "kafka" in waits_for(port), 60), consumer.log_tail()
        assert consumer.running
        restarted_with(secured.server, keystore, trusted)
        produce_delete(secured.open_address)
        progress = GroupProgress(secured.open_address, ("products",))
        assert eventually(lambda: has_committed(progress, tmp_path / "index"), 90), consumer.log_tail()
        assert eventually(lambda: waits_for(port) == set(), 60), consumer.log_tail()
        assert consumer.end(signal.SIGTERM, 60) == 0, consumer.log_tail()
    finally:
        consumer.kill()
        keystore.write_bytes(trusted)


def restarted_with(server: KafkaServer, keystore: Path, content: bytes) -> None:
    server.stop()
    keystore.write_bytes(content)
    server.start()


def waits_for(port: int) -> set[str]:
    """What /readyz says is waited for."""
    with requests.Session() as session:
        answer = session.get(f"http://127.0.0.1:{port}/readyz", timeout=10)
    return set(answer.json()["reasons"])


def produce_delete(bootstrap_servers: str) -> None:
    event = {"specversion": "1.0", "id": "1", "source": "/test", "type": "product.deleted"}
    value = json.dumps({**event, "data": {"id": "gone", "version": 1}})
    producer = Producer({"bootstrap.servers": bootstrap_servers, "log_level": 0})
    producer.produce("products", value.encode(), b"gone")
    assert producer.flush(30) == 0


def tls_only(ca_file: Path) -> dict[str, str]:
    return {"security.protocol": "SSL", "ssl.ca.location": str(ca_file)}


def has_committed(progress: GroupProgress, index: Path) -> bool:
    group = group_of_index(index)
    if group is None:
        return False
    (standing,) = progress.standings(group).values()
    return standing.high > 0 and standing.uncommitted == 0


def run(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    variables = [f"{name}={value}" for name, value in environment.items()]
    return subprocess.run(
        ["env", *variables, sys.executable, "-m", "consumer", *command],
        capture_output=True,
        text=True,
        timeout=_REFUSED_WITHIN_SECONDS,
        check=False,
    )
