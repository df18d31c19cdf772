from dataclasses import replace

import pytest

from consumer.redrive import as_first_sent, redrive_headers
from product_events import NotAnEvent, RawMessage
from tests.unit.consumer.pipeline_world import REDRIVE_TOPIC, world

_FIRST = RawMessage(
    "products", 2, 17, 1_700_000_000_000, b"p", b"value", (("ce_type", b"x"), ("empty", None))
)


def redriven(first: RawMessage, offset: int = 0) -> RawMessage:
    """The message as the redrive topic delivers it, much later."""
    return RawMessage(
        REDRIVE_TOPIC, 0, offset, 1_799_000_000_000, first.key, first.value, redrive_headers(first)
    )


def test_a_redriven_message_is_taken_as_first_sent() -> None:
    """Position, timestamp and headers are those it had, also when it is redriven a second time."""
    assert as_first_sent(redriven(_FIRST)) == _FIRST
    assert as_first_sent(redriven(as_first_sent(redriven(_FIRST)))) == _FIRST


@pytest.mark.parametrize("headers", [(), (("redrive_topic", b"t"), ("redrive_partition", b"x"))])
def test_without_its_position_it_is_no_event(headers: tuple[tuple[str, bytes | None], ...]) -> None:
    """A message on the redrive topic that does not say where it stood cannot be ordered."""
    with pytest.raises(NotAnEvent):
        as_first_sent(RawMessage(REDRIVE_TOPIC, 0, 0, 0, None, b"x", headers))


def test_a_redriven_event_does_not_outrank_a_newer_one() -> None:
    """An event without a time of its own is ordered by its first timestamp, so the newer state stays."""
    with world() as w:
        old = w.event("p", name="old")
        undated = RawMessage(
            old.topic, 0, 1, old.timestamp_ms, old.key, (old.value or b"").replace(b'"time"', b'"ignored"')
        )
        newer = RawMessage("products", 0, 2, old.timestamp_ms + 1, undated.key, undated.value)
        w.offer(replace(newer, value=(newer.value or b"").replace(b"old", b"new")))
        w.settle()
        w.offer(redriven(undated))
        w.settle()
        record = w.index.record("p")
        assert record is not None
        assert record.product is not None
        assert record.product["name"] == "new"
        assert w.offsets.committable()[REDRIVE_TOPIC, 0] == 1


def test_a_redriven_event_that_was_missing_is_applied_and_named_by_its_first_place() -> None:
    """What could not be used before is used now; its record tells where the event first stood."""
    with world() as w:
        event = w.event("p", name="shirt")
        w.offer(redriven(event))
        w.settle()
        record = w.index.record("p")
        assert record is not None
        assert (record.source.topic, record.source.offset) == ("products", event.offset)


def test_redrive_headers_on_another_topic_mean_nothing() -> None:
    """Only the redrive topic is trusted with a position: a producer cannot back-date its events."""
    with world() as w:
        event = w.event("p", name="shirt")
        forged = replace(event, headers=redrive_headers(replace(_FIRST, headers=())))
        w.offer(forged)
        w.settle()
        record = w.index.record("p")
        assert record is not None
        assert record.source.offset == event.offset
