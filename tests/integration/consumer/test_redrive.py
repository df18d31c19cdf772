"""What comes back through the redrive topic is read by every consumer, and keeps the place that it had."""

from consumer.redrive.returned_messages import redrive_headers, redrive_topic
from model.embedder import Embedder
from product_events import RawMessage
from tests.integration.consumer.conftest import Shop
from tests.services.eventually import eventually
from tests.services.published import Event, product_event, publish
from tests.services.running_consumer import running_consumer
from vector_store import open_store


def redriven(shop: Shop, event: Event, *, offset: int, timestamp_ms: int) -> Event:
    """The event as a redrive sends it, with where it first stood."""
    first = RawMessage(event.topic, 0, offset, timestamp_ms, event.key, event.value, event.headers)
    headers = tuple((name, value or b"") for name, value in redrive_headers(first))
    return Event(redrive_topic(shop.dead_letters), event.key, event.value, headers)


def test_a_redriven_event_is_applied_in_its_old_place(shop: Shop, embedder: Embedder) -> None:
    """One that nothing came after is applied; one that a newer event outranks changes nothing."""
    store = open_store(shop.settings())
    with running_consumer(shop.settings(), store, embedder) as service:
        publish(
            shop.bootstrap_servers,
            [product_event(shop.updated, "updated", {"id": "known", "name": "new"}, order=9)],
        )
        shop.wait_until_done(store)
        late = [
            product_event(shop.created, "created", {"id": "known", "name": "old"}, order=3),
            product_event(shop.created, "created", {"id": "missing", "name": "found again"}, order=3),
        ]
        publish(
            shop.bootstrap_servers,
            [
                redriven(shop, event, offset=40 + n, timestamp_ms=1_767_225_603_000)
                for n, event in enumerate(late)
            ],
        )
        assert eventually(lambda: service.index.record("missing") is not None)
        known, missing = service.index.record("known"), service.index.record("missing")
        assert known is not None
        assert missing is not None
        assert known.product is not None
        assert known.product["name"] == "new"
        assert (missing.source.topic, missing.source.offset) == (shop.created, 41)
    store.close()
