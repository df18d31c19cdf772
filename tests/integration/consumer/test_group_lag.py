"""How far a group is behind, asked on the run's broker and on the laptop's."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from consumer.errors import KafkaUnreachable, NoSuchTopic
from consumer.kafka.group_lag import GroupLag, GroupLagReader, read_group_lag, seconds_behind
from tests.brokers.broker import Broker
from tests.brokers.free_ports import free_ports
from tests.brokers.messages import produce
from tests.brokers.noida_server import NoidaServer, noida_executable
from tests.brokers.topics import Topics, unique_name
from tests.ci import skip_or_fail

VALUES = [b"1", b"2", b"3", b"4", b"5"]


@pytest.fixture(params=["this run's", "the laptop's"])
def servers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Bootstrap servers of each kind of broker."""
    if request.param == "this run's":
        broker: Broker = request.getfixturevalue("kafka")
        yield broker.bootstrap_servers
        return
    executable = noida_executable()
    if executable is None:
        skip_or_fail("noida-db has no program for this platform")
    server = NoidaServer(tmp_path / "broker", executable)
    server.start()
    yield server.bootstrap_servers
    server.stop()


@pytest.fixture
def topic(servers: str) -> Iterator[str]:
    made = Topics(servers)
    yield made.create(partitions=2)
    made.delete_all()


def config(servers: str) -> dict[str, str | int]:
    return {"bootstrap.servers": servers, "log_level": 0}


def lag(servers: str, group: str, *topics: str) -> GroupLag:
    return read_group_lag(config(servers), group, topics, deadline_seconds=60)


@contextmanager
def member(servers: str, group: str, topic: str, protocol: str = "classic") -> Iterator[Consumer]:
    """A member that has partitions."""
    consumer = Consumer(
        {
            **config(servers),
            "group.id": group,
            "group.protocol": protocol,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    try:
        consumer.subscribe([topic])
        until = time.monotonic() + 60
        while not consumer.assignment():
            assert time.monotonic() < until
            consumer.poll(0.2)
        yield consumer
    finally:
        consumer.close()


def commit(consumer: Consumer, topic: str, *offsets: int) -> None:
    places = [TopicPartition(topic, partition, offset) for partition, offset in enumerate(offsets)]
    consumer.commit(offsets=places, asynchronous=False)


def test_a_group_is_told_with_its_members_and_what_waits(servers: str, topic: str) -> None:
    """Never heard of, at work, caught up, and left: offsets, ages and members are the group's own."""
    before_ms = time.time_ns() // 1_000_000
    produce(servers, topic, VALUES)
    group = unique_name("group")
    unheard = lag(servers, group, topic)
    assert (unheard.members, unheard.messages_behind, unheard.caught_up) == (0, 5, False)
    assert {each.committed for each in unheard.partitions} == {None}
    ends = [each.high for each in unheard.partitions]
    age_seconds = seconds_behind(unheard, now_ms=before_ms + 60_000)
    assert age_seconds is not None
    assert 0 < age_seconds <= 60
    with member(servers, group, topic) as consumer:
        commit(consumer, topic, ends[0], ends[1] - 1)
        working = lag(servers, group, topic)
        assert (working.members, working.messages_behind) == (1, 1)
        assert [each.committed for each in working.partitions] == [ends[0], ends[1] - 1]
        commit(consumer, topic, *ends)
        done = lag(servers, group, topic)
        assert (done.members, done.caught_up, seconds_behind(done, now_ms=0)) == (1, True, 0)
    assert lag(servers, group, topic).members == 0


def test_members_of_the_new_protocol_are_counted(apache_kafka: Broker, topics: Topics) -> None:
    """KIP-848's groups are described by another request, and tell the same."""
    servers, topic, group = apache_kafka.bootstrap_servers, topics.create(), unique_name("group")
    produce(servers, topic, VALUES)
    with member(servers, group, topic, "consumer") as consumer:
        commit(consumer, topic, 2)
        told = lag(servers, group, topic)
    assert (told.members, told.messages_behind) == (1, 3)


def test_traffic_that_never_ends_does_not_hide_who_has_caught_up(servers: str, topic: str) -> None:
    """What counts is where the topics ended when it was asked."""
    produce(servers, topic, VALUES)
    group = unique_name("group")
    with GroupLagReader(config(servers), group, [topic], deadline_seconds=60) as reader:
        asked = reader.read()
        with member(servers, group, topic) as consumer:
            commit(consumer, topic, *(each.high for each in asked.partitions))
            produce(servers, topic, VALUES)
            now = reader.read()
    assert (now.messages_behind, now.caught_up, now.behind(asked)) == (5, False, 0)


def test_what_a_transaction_leaves_is_no_lag(apache_kafka: Broker, topics: Topics) -> None:
    """The marker at the end of the log is no message: nobody will ever commit past it."""
    servers, topic, group = apache_kafka.bootstrap_servers, topics.create(), unique_name("group")
    _transaction(servers, topic)
    with member(servers, group, topic) as consumer:
        commit(consumer, topic, 2)
        told = lag(servers, group, topic)
        [partition] = told.partitions
        _low, high = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=20)
    assert (high, partition.high, told.caught_up) == (3, 2, True)


def _transaction(servers: str, topic: str) -> None:
    producer = Producer({**config(servers), "transactional.id": unique_name("writer")})
    producer.init_transactions(60)
    producer.begin_transaction()
    for value in VALUES[:2]:
        producer.produce(topic, value)
    producer.commit_transaction(60)


def test_nobody_there_and_no_such_topic_are_told(kafka: Broker) -> None:
    """One clear error each, within the deadline."""
    [port] = free_ports(1)
    with pytest.raises(KafkaUnreachable, match="tells where group is"):
        read_group_lag(config(f"127.0.0.1:{port}"), "group", ["products"], deadline_seconds=1)
    with pytest.raises(NoSuchTopic, match="no-such-topic"):
        lag(kafka.bootstrap_servers, "group", "no-such-topic")
