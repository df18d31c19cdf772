"""Events that the search API publishes, on a real broker."""

from collections.abc import Iterator

import pytest

from product_events import EncodedEvent, EventPolicy, EventType, OrderKind, decode_event, encode_event
from search_api.publisher import KafkaPublisher
from search_api.writing.event_publisher import Delivery
from tests.brokers.broker import Broker
from tests.brokers.free_ports import free_ports
from tests.brokers.topics import Topics
from tests.services.topic_reading import read_topics


@pytest.fixture
def topic(topics: Topics) -> str:
    return topics.create("products")


@pytest.fixture
def publisher(kafka: Broker, topic: str) -> Iterator[KafkaPublisher]:
    opened = KafkaPublisher({"bootstrap.servers": kafka.bootstrap_servers}, [topic], deadline_seconds=20)
    yield opened
    opened.close()


def event(product_id: str, padding: int = 0) -> tuple[EventType, EncodedEvent]:
    data = {"id": product_id, "name": "x" * padding}
    return EventType.UPDATED, encode_event(EventType.UPDATED, data, source="/tests")


def test_what_is_confirmed_is_in_the_log(kafka: Broker, topic: str, publisher: KafkaPublisher) -> None:
    """Each event is there, as the consumer reads it, in the order of the call."""
    outcomes = publisher.publish([event("p"), event("p"), event("q")])
    assert [each.delivery for each in outcomes] == [Delivery.DELIVERED] * 3
    policy = EventPolicy(OrderKind.TIME)
    changes = [decode_event(each, policy) for each in read_topics(kafka.bootstrap_servers, [topic])]
    assert sorted(each.product_id for each in changes) == ["p", "p", "q"]


def test_too_large_a_message_is_told_from_one_that_is_not_confirmed(publisher: KafkaPublisher) -> None:
    """What no broker of this configuration takes is said so at once, and the next event goes through."""
    (outcome,) = publisher.publish([event("p", padding=2_000_000)])
    assert outcome.delivery is Delivery.TOO_LARGE
    (outcome,) = publisher.publish([event("p")])
    assert outcome.delivery is Delivery.DELIVERED


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
