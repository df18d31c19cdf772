"""Policies are asked of the real broker."""

import pytest
import structlog
from confluent_kafka.admin import AdminClient

from consumer.kafka.topic_policies import deletes_kept_ms, topic_policies, warn_of_policies
from tests.brokers.broker import Broker
from tests.brokers.topics import Topics


@pytest.mark.usefixtures("apache_kafka")
def test_a_topic_that_forgets_is_warned_of(kafka: Broker, topics: Topics) -> None:
    """Of one that deletes after an hour that is told; of one that compacts, how long deletes are kept."""
    keeps = topics.create("keeps", config={"retention.ms": "-1"})
    forgets = topics.create("forgets", config={"retention.ms": "3600000"})
    compacts = topics.create(
        "compacts", config={"cleanup.policy": "compact", "delete.retention.ms": str(31 * 86_400_000)}
    )
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0})
    # Whatever level another test of this process has asked for.
    structlog.reset_defaults()
    with structlog.testing.capture_logs() as logs:
        policies = topic_policies(admin, [keeps, forgets, compacts], deadline_seconds=10)
        warn_of_policies(policies)
    assert deletes_kept_ms(policies) == {compacts: 31 * 86_400_000}
    assert [(line["topic"], line["log_level"]) for line in logs] == [(forgets, "warning")]
