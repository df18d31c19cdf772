import time
import uuid
from collections.abc import Mapping
from types import MappingProxyType

from confluent_kafka import KafkaException
from confluent_kafka.admin import NewTopic

from tests.brokers.broker import BrokerFailed
from tests.brokers.readiness import quiet_admin

_TIMEOUT_SECONDS = 30


def unique_name(name: str) -> str:
    """`name` with a suffix that no other test has: for topics and consumer groups."""
    return f"{name}-{uuid.uuid4().hex[:8]}"


class Topics:
    """Topics of one test, each with a name of its own; `delete_all` removes what was created."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._admin = quiet_admin(bootstrap_servers)
        self._created: list[str] = []

    def create(
        self,
        name: str = "products",
        *,
        partitions: int = 1,
        config: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Create a topic and return its whole name; blocks until every partition has a leader."""
        topic = unique_name(name)
        wanted = NewTopic(topic, num_partitions=partitions, replication_factor=1, config=dict(config))
        self._admin.create_topics([wanted])[topic].result(timeout=_TIMEOUT_SECONDS)
        self._created.append(topic)
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while not self._led(topic, partitions):
            if time.monotonic() > deadline:
                raise BrokerFailed(f"{topic} was created and has no leaders after {_TIMEOUT_SECONDS} s")
            time.sleep(0.02)
        return topic

    def delete_all(self) -> None:
        """Remove the topics; a broker that a test has ended keeps them until it is thrown away."""
        if not self._created:
            return
        for deleted in self._admin.delete_topics(self._created, request_timeout=5).values():
            try:
                deleted.result(timeout=10)
            except KafkaException:
                continue
        self._created.clear()

    def _led(self, topic: str, partitions: int) -> bool:
        found = self._admin.list_topics(topic, timeout=_TIMEOUT_SECONDS).topics[topic]
        return found.error is None and sum(p.leader >= 0 for p in found.partitions.values()) == partitions
