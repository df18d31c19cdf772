from dataclasses import replace

import pytest

from consumer.redrive.returned_messages import COUNT_HEADER, as_first_sent, redrive_headers, times_redriven
from images.errors import RejectedImage
from product_events import NotAnEvent, RawMessage
from tests.unit.consumer.pipeline_world import NOW_MS, REDRIVE_TOPIC, world
from vector_store import ProductWrite

_FIRST = RawMessage(
    "products", 2, 17, 1_700_000_000_000, b"p", b"value", (("ce_type", b"x"), ("empty", None))
)


def redriven(first: RawMessage, offset: int = 0, *, images_again: bool = False) -> RawMessage:
    """The message as the redrive topic delivers it, much later."""
    headers = redrive_headers(first, images_again=images_again)
    return RawMessage(REDRIVE_TOPIC, 0, offset, 1_799_000_000_000, first.key, first.value, headers)


def test_a_redriven_message_is_taken_as_first_sent() -> None:
    """Position, timestamp and headers are those it had; one more header says how often it came back."""
    once = as_first_sent(redriven(_FIRST))
    twice = as_first_sent(redriven(once))
    assert replace(once, headers=once.headers[:-1]) == _FIRST
    assert replace(twice, headers=twice.headers[:-1]) == _FIRST
    assert [times_redriven(each.headers) for each in (_FIRST, once, twice)] == [0, 1, 2]


@pytest.mark.parametrize("forged", [b"", b"-1", b"many", b"9" * 5_000, "²".encode(), None])
def test_a_count_that_is_none_counts_as_never(forged: bytes | None) -> None:
    """A header of that name may come from anybody, with anything in it."""
    assert times_redriven(((COUNT_HEADER, forged),)) == 0


def test_redriven_for_its_images_they_are_tried_again() -> None:
    """An image that failed for good is pending again, due at once; the others and the state stay."""
    with world() as w:
        w.failing["b"] = RejectedImage("no picture", url="b")
        event = w.event("p", "a", "b")
        w.offer(event)
        w.settle()
        w.offer(redriven(event, images_again=True))
        w.settle()
        record = w.index.record("p")
        assert record is not None
        assert [image.status.value for image in record.images] == ["indexed", "pending"]
        assert record.retry_at_ms == NOW_MS
        assert (record.stamp.attempt, record.source.offset) == (1, event.offset)
        assert w.fetched.count("a") == 1
        assert w.offsets.committable()[REDRIVE_TOPIC, 0] == 1


def test_redriven_as_it_is_it_leaves_failed_images_alone() -> None:
    """An event redriven for its own sake does not try its images again."""
    with world() as w:
        w.failing["b"] = RejectedImage("no picture", url="b")
        event = w.event("p", "b")
        w.offer(event)
        w.settle()
        w.offer(redriven(event))
        w.settle()
        record = w.index.record("p")
        assert record is not None
        assert [image.status.value for image in record.images] == ["failed"]


def test_images_of_a_state_that_is_past_are_left_alone() -> None:
    """Redriven for its images, an event that a newer one outranks changes nothing."""
    with world() as w:
        w.failing["b"] = RejectedImage("no picture", url="b")
        old = w.event("p", "b", order=1)
        w.offer(old)
        w.settle()
        w.offer(w.event("p", "b", order=2))
        w.settle()
        before = w.index.record("p")
        w.offer(redriven(old, images_again=True))
        w.settle()
        assert w.index.record("p") == before


def test_only_the_redrive_topic_asks_for_images() -> None:
    """The header means nothing on a shop's topic."""
    with world() as w:
        w.failing["b"] = RejectedImage("no picture", url="b")
        event = w.event("p", "b")
        w.offer(event)
        w.settle()
        w.offer(replace(event, offset=event.offset + 1, headers=redrive_headers(event, images_again=True)))
        w.settle()
        record = w.index.record("p")
        assert record is not None
        assert record.retry_at_ms is None


def test_another_writer_in_between_does_not_undo_the_request() -> None:
    """Where the record was written since it was read, it is read again, and the request stands."""
    with world() as w:
        w.failing["b"] = RejectedImage("no picture", url="b")
        event = w.event("p", "b", "c")
        w.offer(event)
        w.settle()
        [seen] = w.index.records(["p"]).values()
        theirs = [ProductWrite(replace(seen, stamp=seen.stamp.next_attempt()), ())]

        def write_theirs() -> None:
            if theirs:
                w.index.write([theirs.pop()])

        w.shelf.on_apply = write_theirs
        w.offer(redriven(event, images_again=True))
        w.settle()
        record = w.index.record("p")
        assert record is not None
        assert record.stamp.attempt == 2
        assert record.retry_at_ms == NOW_MS


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
