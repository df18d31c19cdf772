"""Messages that are gone before they were read stop the consumer: skipped deletes would stay visible."""

import json
from dataclasses import replace

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from consumer.errors import OffsetGap
from consumer.settings import ConsumerSettings
from model.embedder import Embedder
from tests.brokers.broker import Broker
from tests.integration.consumer.conftest import Shop
from tests.services.eventually import eventually
from tests.services.published import Event, product_event, publish
from tests.services.running_consumer import running_consumer
from vector_store import VectorStore
from vector_store.edge import EdgeStore

pytestmark = pytest.mark.usefixtures("apache_kafka")


def events(shop: Shop, *product_ids: str) -> list[Event]:
    return [product_event(shop.created, "created", {"id": each}, order=1) for each in product_ids]


def forget(shop: Shop) -> None:
    """Let the broker delete everything that the created topic holds."""
    admin = AdminClient({"bootstrap.servers": shop.bootstrap_servers, "log_level": 0})
    ends = [TopicPartition(shop.created, partition, -1) for partition in range(3)]
    for deleted in admin.delete_records(ends).values():
        deleted.result(timeout=10)


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
    assert shop.created in gap_that_stops(shop.settings(), store, embedder)
    store.close()


def test_a_group_that_lost_its_offsets_meets_a_gap(shop: Shop, embedder: Embedder) -> None:
    """An index with records, no committed offsets and a short log: what is missing cannot be known."""
    store = EdgeStore(shop.folder)
    publish(shop.bootstrap_servers, events(shop, *(f"p{n}" for n in range(20))))
    read_to_the_end(shop, shop.settings(), store, embedder)
    forget(shop)
    another_group = shop.settings(KAFKA_GROUP_PREFIX="another")
    assert "no committed offset" in gap_that_stops(another_group, store, embedder)
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
