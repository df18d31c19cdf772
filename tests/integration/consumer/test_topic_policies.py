"""Policies are asked of the real broker."""

import pytest
import structlog
from confluent_kafka.admin import AdminClient

from consumer.kafka.topic_policies import warn_of_policies
from tests.brokers.broker import Broker
from tests.brokers.topics import Topics


@pytest.mark.usefixtures("apache_kafka")
def test_a_topic_that_forgets_is_warned_of(kafka: Broker, topics: Topics) -> None:
    """Of a topic that keeps all and one that deletes after an hour, the second is named."""
    keeps = topics.create("keeps", config={"retention.ms": "-1"})
    forgets = topics.create("forgets", config={"retention.ms": "3600000"})
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0})
    # Whatever level another test of this process has asked for.
    structlog.reset_defaults()
    with structlog.testing.capture_logs() as logs:
        warn_of_policies(admin, [keeps, forgets], deadline_seconds=10)
    assert [(line["topic"], line["log_level"]) for line in logs] == [(forgets, "warning")]
