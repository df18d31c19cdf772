"""Messages that are gone before they were read stop the consumer: skipped deletes would stay visible."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import time_ns

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from consumer.errors import OffsetGap
from consumer.settings import ConsumerSettings
from consumer.steps.commit import committed_at_ms
from model.embedder import Embedder
from tests.brokers.broker import Broker
from tests.brokers.topics import Topics
from tests.integration.consumer.conftest import Shop
from tests.services.eventually import eventually, throughout
from tests.services.group_progress import group_of_store
from tests.services.published import Event, product_event, publish
from tests.services.running_consumer import running_consumer
from vector_store import VectorStore
from vector_store.edge import EdgeStore

REPAIR = "python -m consumer reindex --from-records"

pytestmark = pytest.mark.usefixtures("apache_kafka")


def events(shop: Shop, *product_ids: str) -> list[Event]:
    return [product_event(shop.created, "created", {"id": each}, order=1) for each in product_ids]


def forget(shop: Shop) -> None:
    """Let the broker delete everything that the created topic holds."""
    admin = AdminClient({"bootstrap.servers": shop.bootstrap_servers, "log_level": 0})
    ends = [TopicPartition(shop.created, partition, -1) for partition in range(3)]
    for deleted in admin.delete_records(ends).values():
        deleted.result(timeout=10)


@contextmanager
def quiet_consumer(bootstrap_servers: str, group: str) -> Iterator[Consumer]:
    consumer = Consumer({"bootstrap.servers": bootstrap_servers, "group.id": group, "log_level": 0})
    yield consumer
    consumer.close()


def read_to_the_end(shop: Shop, settings: ConsumerSettings, store: VectorStore, embedder: Embedder) -> int:
    with running_consumer(settings, store, embedder) as service:
        shop.wait_until_done()
        return service.index.count_records()


def gap_that_stops(settings: ConsumerSettings, store: VectorStore, embedder: Embedder) -> str:
    with pytest.raises(OffsetGap) as caught, running_consumer(settings, store, embedder) as service:
        assert eventually(lambda: not service.running, timeout_seconds=30)
    return str(caught.value)


def test_offsets_that_the_broker_no_longer_has_are_a_gap(shop: Shop, embedder: Embedder) -> None:
    """Retention that overtook the consumer is told with topic and partition, and nothing is skipped."""
    store = EdgeStore(shop.folder)
    publish(shop.bootstrap_servers, events(shop, "a", "b"))
    assert read_to_the_end(shop, shop.settings(), store, embedder) == 2
    publish(shop.bootstrap_servers, events(shop, *(f"lost {n}" for n in range(20))))
    forget(shop)
    line = gap_that_stops(shop.settings(), store, embedder)
    assert shop.created in line
    assert REPAIR in line
    store.close()


def test_a_group_that_lost_its_offsets_meets_a_gap(shop: Shop, embedder: Embedder) -> None:
    """An index with records, no committed offsets and a short log: what is missing cannot be known."""
    store = EdgeStore(shop.folder)
    publish(shop.bootstrap_servers, events(shop, *(f"p{n}" for n in range(20))))
    read_to_the_end(shop, shop.settings(), store, embedder)
    forget(shop)
    another_group = shop.settings(KAFKA_GROUP_PREFIX="another")
    line = gap_that_stops(another_group, store, embedder)
    assert "no committed offset" in line
    assert REPAIR in line
    store.close()


def test_a_group_that_lost_its_offsets_reads_a_whole_log_again(shop: Shop, embedder: Embedder) -> None:
    """Where the log still has everything, expired offsets cost a replay; no picture is asked for again."""
    store = EdgeStore(shop.folder)
    url = shop.host.url("p.jpg")
    publish(
        shop.bootstrap_servers,
        [product_event(shop.created, "created", {"id": "a", "images": [url]}, order=1)],
    )
    read_to_the_end(shop, shop.settings(), store, embedder)
    asked = shop.host.requests()
    another_group = shop.settings(KAFKA_GROUP_PREFIX="another", MEND_INTERVAL_SECONDS="3600")
    with running_consumer(another_group, store, embedder) as service:
        shop.progress().wait_until_done(lambda: group_of_store(store, "another"))
        assert service.index.count_records() == 1
    assert shop.host.requests() == asked
    store.close()


@pytest.mark.parametrize("away_seconds", [120, 30])
def test_deletes_that_compaction_may_have_removed_are_a_gap(
    shop: Shop, topics: Topics, embedder: Embedder, away_seconds: int
) -> None:
    """An index that was away for longer than a compacted topic keeps its deletes, and has events to read."""
    compacted = topics.create(
        "products", config={"cleanup.policy": "compact", "delete.retention.ms": "60000"}
    )
    compacted_shop = replace(shop, created=compacted)
    settings = compacted_shop.settings()
    store = EdgeStore(shop.folder)
    publish(shop.bootstrap_servers, events(compacted_shop, "a", "b"))
    assert read_to_the_end(compacted_shop, settings, store, embedder) == 2
    at_ms = time_ns() // 1_000_000 - away_seconds * 1000
    with quiet_consumer(shop.bootstrap_servers, group_of_store(store) or "") as member:
        [stored] = member.committed([TopicPartition(compacted, 0)], timeout=20)
        assert committed_at_ms(stored) is not None
        member.commit(offsets=[TopicPartition(compacted, 0, stored.offset, str(at_ms))], asynchronous=False)
    publish(shop.bootstrap_servers, events(compacted_shop, "c"))
    if away_seconds < 60:
        assert read_to_the_end(compacted_shop, settings, store, embedder) == 3
    else:
        line = gap_that_stops(settings, store, embedder)
        assert compacted in line
        assert "python -m consumer reindex --from-log" in line
    store.close()


@pytest.mark.timeout(120)
def test_retention_that_overtakes_a_member_that_pauses_is_a_gap(shop: Shop, embedder: Embedder) -> None:
    """Paused for want of room, it comes back to messages that are gone: it stops and skips nothing."""
    store = EdgeStore(shop.folder)
    shop.host.delay_seconds = 20
    slow = shop.host.serve("slow.jpg", b"no picture")
    settings = shop.settings(MAX_PRODUCTS_IN_FLIGHT="1", IMAGE_DEADLINE_SECONDS="60")

    def overtake() -> None:
        with running_consumer(settings, store, embedder) as service:
            pipeline = service._parts.pipeline
            for n in range(100):
                event = product_event(shop.created, "created", {"id": "slow", "images": [slow]}, order=1 + n)
                publish(shop.bootstrap_servers, [event])
                # Each is a batch of its own, and full is what stays full.
                eventually(lambda n=n: service._parts.offsets.open_messages() > n, timeout_seconds=1)  # type: ignore[misc]
                if throughout(lambda: not pipeline.has_room(), seconds=1):
                    break
            assert not pipeline.has_room()
            publish(shop.bootstrap_servers, events(shop, *(f"lost {n}" for n in range(30))))
            # By the next turn of its loop it is paused, and the client forgets what it had fetched ahead.
            assert throughout(lambda: service.running, seconds=1)
            forget(shop)
            assert eventually(lambda: not service.running, timeout_seconds=60)

    with pytest.raises(OffsetGap, match=shop.created) as caught:
        overtake()
    assert REPAIR in str(caught.value)
    store.close()


def test_an_empty_index_begins_where_the_log_does(shop: Shop, embedder: Embedder) -> None:
    """With no records yet there is nothing to contradict: a short log is read from where it begins."""
    publish(shop.bootstrap_servers, events(shop, *(f"gone {n}" for n in range(20))))
    forget(shop)
    publish(shop.bootstrap_servers, events(shop, "a"))
    store = EdgeStore(shop.folder)
    assert read_to_the_end(shop, shop.settings(), store, embedder) == 1
    store.close()


def test_start_positions_are_kept_even_if_nothing_was_read(
    shop: Shop, embedder: Embedder, apache_kafka: Broker
) -> None:
    """A partition that was empty at the first assignment has a position, so that a gap there is found."""
    store = EdgeStore(shop.folder)
    publish(shop.bootstrap_servers, events(shop, "a"))
    read_to_the_end(shop, shop.settings(), store, embedder)
    [event] = events(shop, "b")
    assert event.value is not None
    value = {**json.loads(event.value), "type": "product.updated"}
    for n in range(30):
        moved = replace(event, topic=shop.updated, key=None, value=json.dumps(value).encode())
        publish(shop.bootstrap_servers, [moved] * (n % 2 + 1))
    admin = AdminClient({"bootstrap.servers": apache_kafka.bootstrap_servers, "log_level": 0})
    ends = [TopicPartition(shop.updated, partition, -1) for partition in range(3)]
    for deleted in admin.delete_records(ends).values():
        deleted.result(timeout=10)
    assert shop.updated in gap_that_stops(shop.settings(), store, embedder)
    store.close()


def test_the_end_of_a_log_is_committed_behind_the_mark_of_a_transaction(
    shop: Shop, embedder: Embedder
) -> None:
    """Nothing is left to read behind the last message, so nothing seems unread after an absence."""
    producer = Producer(
        {"bootstrap.servers": shop.bootstrap_servers, "transactional.id": shop.created, "log_level": 0}
    )
    producer.init_transactions(20)
    producer.begin_transaction()
    [event] = events(shop, "a")
    producer.produce(event.topic, event.value, event.key)
    producer.commit_transaction(20)
    store = EdgeStore(shop.folder)
    assert read_to_the_end(shop, shop.settings(), store, embedder) == 1
    standings = shop.progress().standings(group_of_store(store) or "")
    assert (2, 2) in {(each.committed, each.high) for each in standings.values()}
    store.close()
