"""Events that the search API publishes, on a real broker."""

from collections.abc import Iterator
from time import monotonic

import pytest

from product_events import EventPolicy, OrderKind, decode_event
from search_api.publisher import KafkaPublisher
from search_api.writing.event_publisher import Delivery
from tests.brokers.broker import Broker
from tests.brokers.free_ports import free_ports
from tests.brokers.topics import Topics
from tests.services.publisher_contract import PublisherContract, ReadBack, event
from tests.services.topic_reading import read_topics


@pytest.fixture
def topic(topics: Topics) -> str:
    return topics.create("products")


@pytest.fixture
def publisher(kafka: Broker, topic: str) -> Iterator[KafkaPublisher]:
    opened = KafkaPublisher({"bootstrap.servers": kafka.bootstrap_servers}, [topic], deadline_seconds=20)
    yield opened
    opened.close()


@pytest.fixture
def read_back(kafka: Broker, topic: str) -> ReadBack:
    policy = EventPolicy(OrderKind.TIME)
    return lambda: [decode_event(each, policy) for each in read_topics(kafka.bootstrap_servers, [topic])]


class TestKafkaPublisher(PublisherContract):
    """All of the contract."""


def test_without_a_broker_it_ends_at_the_deadline() -> None:
    """Nobody listens: not confirmed, and closing does not hang."""
    (port,) = free_ports(1)
    publisher = KafkaPublisher({"bootstrap.servers": f"127.0.0.1:{port}"}, ["products"], deadline_seconds=1)
    try:
        (outcome,) = publisher.publish([event("p")])
    finally:
        publisher.close()
    assert outcome.delivery is Delivery.UNKNOWN
    assert outcome.reason


def test_a_client_that_gave_up_is_replaced(kafka: Broker, topic: str, read_back: ReadBack) -> None:
    """A fatal error of Kafka's own client: the call's events are unknown at once, the next is delivered."""
    config = {
        "bootstrap.servers": kafka.bootstrap_servers,
        # With it an event that the broker refuses is an error that the client cannot go on from.
        "enable.gapless.guarantee": True,
        "message.max.bytes": 5_000_000,
        "log_level": 0,
    }
    publisher = KafkaPublisher(config, [topic], deadline_seconds=60)
    try:
        began = monotonic()
        refused = publisher.publish([event("p", padding=2_000_000)])
        (after,) = publisher.publish([event("q")])
        assert monotonic() - began < 60
    finally:
        publisher.close()
    assert [each.delivery for each in refused] != [Delivery.DELIVERED]
    assert after.delivery is Delivery.DELIVERED
    assert [each.product_id for each in read_back()] == ["q"]
