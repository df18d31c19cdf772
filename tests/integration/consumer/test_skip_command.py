"""A message that blocks a partition is passed over by hand, and is not lost."""

from collections.abc import Iterator

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from model.embedder import Embedder
from tests.brokers.topics import Topics
from tests.integration.consumer.conftest import Shop
from tests.services.consumer_command import Outcome, run_command
from tests.services.dead_letter_reading import read_dead_letters
from tests.services.group_progress import group_of_store
from tests.services.running_consumer import running_consumer
from vector_store import VectorStore, open_store

pytestmark = pytest.mark.parametrize("shop", ["server"], indirect=True)


def skip(shop: Shop, store: VectorStore, offset: int, *words: str, topic: str = "") -> Outcome:
    position = ["--topic", topic or shop.created, "--partition", "0", "--offset", str(offset)]
    return run_command(shop.environment(), "skip", "--generation", str(store.promoted()), *position, *words)


def committed(shop: Shop, store: VectorStore) -> int:
    """What the generation's group has committed of the first partition."""
    group = group_of_store(store)
    assert group is not None
    reader = Consumer({"bootstrap.servers": shop.bootstrap_servers, "group.id": group, "log_level": 0})
    try:
        [found] = reader.committed([TopicPartition(shop.created, 0)], timeout=20)
        return found.offset
    finally:
        reader.close()


@pytest.fixture
def stopped(shop: Shop, embedder: Embedder) -> Iterator[VectorStore]:
    """The index of a consumer that has read the first of three messages of one partition, and stopped."""
    store = open_store(shop.settings())
    with running_consumer(shop.settings(), store, embedder):
        publish_to_first_partition(shop, [b"?"])
        shop.wait_until_done(store)
    publish_to_first_partition(shop, [b"blocks", b"comes next"])
    yield store
    store.close()


def publish_to_first_partition(shop: Shop, values: list[bytes]) -> None:
    producer = Producer({"bootstrap.servers": shop.bootstrap_servers, "acks": "all", "log_level": 0})
    for value in values:
        producer.produce(shop.created, key=b"p", value=value, partition=0)
    assert producer.flush(30) == 0


def test_the_message_is_put_aside_and_the_group_goes_on_after_it(
    shop: Shop, stopped: VectorStore, embedder: Embedder
) -> None:
    """Its letter is whole and says why; the consumer then reads what comes after it, once."""
    outcome = skip(shop, stopped, 1, "--reason", "crashes")
    assert (outcome.exit_code, outcome.error) == (0, None)
    assert f"skipped {shop.created}:0:1" in outcome.output
    assert committed(shop, stopped) == 2
    with running_consumer(shop.settings(), stopped, embedder):
        shop.wait_until_done(stopped)
    letters = read_dead_letters(shop.bootstrap_servers, shop.dead_letters)
    assert [(each.position[2], each.error_class, each.value) for each in letters] == [
        (0, "NotAnEvent", b"?"),
        (1, "Skipped", b"blocks"),
        (2, "NotAnEvent", b"comes next"),
    ]
    assert letters[1].fields["dl_reason"] == "crashes"
    assert letters[1].fields["dl_generation"] == stopped.promoted()


def test_only_what_the_group_would_read_next(shop: Shop, stopped: VectorStore) -> None:
    """Another offset is refused, and so is one that holds no message; --force moves it all the same."""
    assert "stands at offset 1" in str(skip(shop, stopped, 2).error)
    assert "stands at offset 1" in str(skip(shop, stopped, 0).error)
    assert "there is no message at" in str(skip(shop, stopped, 9, "--force").error)
    assert "no such topic" in str(skip(shop, stopped, 1, topic="no-such-topic").error)
    assert committed(shop, stopped) == 1
    assert len(read_dead_letters(shop.bootstrap_servers, shop.dead_letters)) == 1
    assert skip(shop, stopped, 2, "--force").exit_code == 0
    assert committed(shop, stopped) == 3


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_not_while_anybody_is_a_member(
    shop: Shop, embedder: Embedder, stopped: VectorStore, protocol: str
) -> None:
    """Under either group protocol: nothing is put aside, nothing is committed."""
    group = group_of_store(stopped)
    assert group is not None
    member = Consumer(
        {
            "bootstrap.servers": shop.bootstrap_servers,
            "group.id": group,
            "group.protocol": protocol,
            "enable.auto.commit": False,
            "log_level": 0,
        }
    )
    try:
        member.subscribe([shop.created])
        while not member.assignment():
            member.poll(0.2)
        outcome = skip(shop, stopped, 1, "--force")
        assert "has members" in str(outcome.error)
    finally:
        member.close()
    assert committed(shop, stopped) == 1
    assert len(read_dead_letters(shop.bootstrap_servers, shop.dead_letters)) == 1


def test_nothing_is_committed_without_its_letter(shop: Shop, stopped: VectorStore, topics: Topics) -> None:
    """Where the letter has no place to go or is not taken, or the generation is unknown, one line says so."""
    position = ["--topic", shop.created, "--partition", "0", "--offset", "1"]
    elsewhere = shop.environment(KAFKA_DEAD_LETTER_TOPIC="no-such-topic")
    outcome = run_command(elsewhere, "skip", "--generation", str(stopped.promoted()), *position)
    assert "no such topic: no-such-topic" in str(outcome.error)
    narrow = shop.environment(
        KAFKA_DEAD_LETTER_TOPIC=topics.create("narrow", config={"max.message.bytes": "100"})
    )
    outcome = run_command(narrow, "skip", "--generation", str(stopped.promoted()), *position)
    assert "did not take a dead letter" in str(outcome.error)
    outcome = run_command(shop.environment(), "skip", "--generation", "unknown-00000000", *position)
    assert outcome.exit_code == 1
    assert committed(shop, stopped) == 1
