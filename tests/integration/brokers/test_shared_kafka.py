from tests.brokers.broker import Broker
from tests.brokers.messages import consume, produce
from tests.brokers.topics import Topics

VALUES = [f"value {number}".encode() for number in range(1_000)]


def test_messages_come_back(kafka: Broker, topics: Topics) -> None:
    """A thousand messages over four partitions are read once each, with key and value."""
    topic = topics.create(partitions=4)
    produce(kafka.bootstrap_servers, topic, VALUES)
    read = consume(kafka.bootstrap_servers, topic, len(VALUES))
    assert {message.key(): message.value() for message in read} == {
        str(number).encode(): value for number, value in enumerate(VALUES)
    }
    assert {message.partition() for message in read} == {0, 1, 2, 3}


def test_topics_of_two_tests_never_meet(topics: Topics) -> None:
    """The same name asked for twice gives two topics."""
    assert topics.create("products") != topics.create("products")


def test_kafka_does_the_new_group_protocol(apache_kafka: Broker, topics: Topics) -> None:
    """A group of KIP-848 reads what was written."""
    topic = topics.create(partitions=2)
    produce(apache_kafka.bootstrap_servers, topic, VALUES[:10])
    read = consume(apache_kafka.bootstrap_servers, topic, 10, group_protocol="consumer")
    assert sorted(message.value() or b"" for message in read) == VALUES[:10]
