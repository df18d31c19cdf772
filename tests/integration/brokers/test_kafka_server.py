import pytest
from confluent_kafka import KafkaException

from tests.brokers.broker import BrokerFailed
from tests.brokers.fixtures import StartKafka
from tests.brokers.messages import DeliveryFailed, consume, produce
from tests.brokers.readiness import quiet_admin
from tests.brokers.topics import Topics

VALUES = [f"value {number}".encode() for number in range(1_000)]


def test_data_and_address_survive_every_kind_of_end(start_kafka: StartKafka) -> None:
    """What was written is there after a stop, after kill -9 and after a freeze, at the same address."""
    server = start_kafka()
    topic = Topics(server.bootstrap_servers).create(partitions=2)
    produce(server.bootstrap_servers, topic, VALUES)

    server.restart()
    read = consume(server.bootstrap_servers, topic, len(VALUES))
    assert {message.value() for message in read} == set(VALUES)

    server.kill()
    assert server.pid is None
    server.start()
    assert len(consume(server.bootstrap_servers, topic, len(VALUES))) == len(VALUES)

    server.suspend()
    admin = quiet_admin(server.bootstrap_servers)
    with pytest.raises(KafkaException):
        admin.list_topics(timeout=0.5)
    server.resume()
    assert topic in admin.list_topics(timeout=30).topics


def test_own_properties_reach_the_broker(start_kafka: StartKafka) -> None:
    """A property that the test gives wins over the default."""
    server = start_kafka({"message.max.bytes": "2000"})
    topic = Topics(server.bootstrap_servers).create()
    produce(server.bootstrap_servers, topic, [bytes(1_000)])
    with pytest.raises(DeliveryFailed, match="MSG_SIZE_TOO_LARGE"):
        produce(server.bootstrap_servers, topic, [bytes(3_000)])


def test_a_server_that_cannot_start_shows_its_log(start_kafka: StartKafka) -> None:
    """A broker that ends while it starts is an error with the end of its log."""
    with pytest.raises(BrokerFailed, match="listener"):
        start_kafka({"listeners": "NOWHERE://127.0.0.1:1"})
