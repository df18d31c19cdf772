"""What every `EventPublisher` does; tests name the fixtures `publisher` and `read_back`."""

from collections.abc import Callable

from product_events import EncodedEvent, EventType, ProductChange, encode_event
from search_api.writing.event_publisher import Delivery, EventPublisher

ReadBack = Callable[[], list[ProductChange]]


def event(product_id: str, padding: int = 0) -> tuple[EventType, EncodedEvent]:
    data = {"id": product_id, "name": "x" * padding}
    return EventType.UPDATED, encode_event(EventType.UPDATED, data, source="/tests")


class PublisherContract:
    """The same for Kafka and for what stands for it in tests."""

    def test_what_is_confirmed_is_in_the_log(self, publisher: EventPublisher, read_back: ReadBack) -> None:
        """Each event is there once, as the consumer reads it."""
        outcomes = publisher.publish([event("p"), event("p"), event("q")])
        assert [each.delivery for each in outcomes] == [Delivery.DELIVERED] * 3
        assert sorted(each.product_id for each in read_back()) == ["p", "p", "q"]

    def test_too_large_is_told_apart(self, publisher: EventPublisher, read_back: ReadBack) -> None:
        """What no broker of this configuration takes is said so, and the next event goes through."""
        outcomes = publisher.publish([event("p", padding=2_000_000), event("q")])
        assert [each.delivery for each in outcomes] == [Delivery.TOO_LARGE, Delivery.DELIVERED]
        assert [each.product_id for each in read_back()] == ["q"]
