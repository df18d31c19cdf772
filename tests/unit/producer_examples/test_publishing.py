from collections.abc import Iterator

import pytest
from confluent_kafka import KafkaError, KafkaException

from producer_examples.python.event_lines import LineEvent
from producer_examples.python.publishing import Report, publish, topic_of
from product_events import encode_event
from tests.unit.producer_examples.scripted_producer import ScriptedProducer


class Clock:
    """A second passes with every look."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def __call__(self) -> float:
        self._seconds += 1
        return self._seconds


def event(line: int, event_type: str = "product.created") -> LineEvent:
    product_id = f"p{line}"
    return LineEvent(line, event_type, product_id, encode_event(event_type, {"id": product_id}, source="/t"))


def sent(producer: ScriptedProducer, *events: LineEvent, deadline_seconds: float = 20) -> Report:
    return publish(events, producer, ["products"], deadline_seconds=deadline_seconds, clock=Clock())


@pytest.mark.parametrize(
    ("topics", "topic"),
    [(["products"], "products"), (["products", "product.deleted"], "product.deleted")],
)
def test_a_type_goes_to_the_topic_of_its_name_or_else_to_the_first(topics: list[str], topic: str) -> None:
    """The topic is chosen by the event's type where a topic has that name."""
    assert topic_of("product.deleted", topics) == topic
    producer = ScriptedProducer()
    publish([event(1, "product.deleted")], producer, topics)
    assert producer.delivered[0][0] == topic


def test_every_event_is_delivered_with_key_and_headers_in_order() -> None:
    """Messages arrive as they were encoded, in the order of the lines."""
    producer = ScriptedProducer()
    arrived: list[LineEvent] = []
    lines = [event(n) for n in range(1, 6)]
    report = publish(lines, producer, ["products"], on_delivered=arrived.append)
    assert (report.complete, report.sent, report.delivered) == (True, 5, 5)
    assert arrived == lines
    assert [(key, value, tuple(headers)) for _, key, value, headers in producer.delivered] == [
        (line.message.key, line.message.value, line.message.headers) for line in lines
    ]


def test_a_full_queue_is_waited_for() -> None:
    """More events than the producer's queue holds are all delivered, once each."""
    producer = ScriptedProducer(room=2)
    assert sent(producer, *map(event, range(1, 20))).complete
    assert [key for _, key, _, _ in producer.delivered] == [f"p{n}".encode() for n in range(1, 20)]
    assert producer.waits > 1


def test_a_failed_delivery_is_reported_with_its_line() -> None:
    """One delivery that fails is named, and the others arrive."""
    errors = {b"p2": KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED)}
    report = sent(ScriptedProducer(errors=errors), event(1), event(2), event(3))
    assert not report.complete
    assert (report.delivered, report.failed) == (2, 1)
    assert [(failure.line, failure.product_id) for failure in report.failures] == [(2, "p2")]
    assert "authorization" in report.failures[0].reason.lower()


def test_an_event_that_the_producer_refuses_is_reported() -> None:
    """A message too large for the client fails alone."""
    report = sent(ScriptedProducer(refused=frozenset({b"p1"})), event(1), event(2))
    assert (report.delivered, [failure.line for failure in report.failures]) == (1, [1])


def test_what_is_never_reported_on_has_failed() -> None:
    """Without a delivery report within the deadline nobody can say that an event arrived."""
    report = sent(ScriptedProducer(silent=frozenset({b"p2"})), event(1), event(2))
    assert (report.delivered, report.failed) == (1, 1)
    assert "no delivery report within 20 s" in report.failures[0].reason


def test_a_queue_that_stays_full_ends_the_sending() -> None:
    """Where nothing moves for the deadline, the rest is not sent, and what was handed over has failed."""
    producer = ScriptedProducer(room=1, silent=frozenset({b"p1"}))
    report = sent(producer, event(1), event(2), event(3))
    assert (report.sent, report.delivered, report.failed) == (2, 0, 2)
    assert not report.complete


def _amid_reports(error: BaseException) -> SystemError:
    raised = SystemError("a result with an exception set")
    raised.__cause__ = error
    return raised


_FATAL = KafkaException(KafkaError(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER, "out of sequence", fatal=True))


@pytest.mark.parametrize("broken", [_FATAL, _amid_reports(_FATAL)], ids=["alone", "amid reports"])
def test_a_client_that_gives_up_ends_the_sending(broken: BaseException) -> None:
    """What had arrived is counted, what was under way has failed, and the rest is not sent."""
    producer = ScriptedProducer(room=2, sound_waits=1, broken=broken)
    report = sent(producer, *map(event, range(1, 9)))
    assert (report.sent, report.delivered, report.failed) == (5, 2, 3)
    assert {failure.reason for failure in report.failures} == {"out of sequence"} == {report.gave_up}
    assert not report.complete


def test_a_client_that_gives_up_while_nothing_is_under_way_is_told() -> None:
    """No event has failed by itself, and yet not all has arrived."""

    def lines() -> Iterator[LineEvent]:
        raise _FATAL
        yield

    report = publish(lines(), ScriptedProducer(), ["products"])
    assert (report.sent, report.gave_up, report.complete) == (0, "out of sequence", False)


def test_an_interruption_is_reported_after_what_was_under_way() -> None:
    """Ctrl-C stops the sending; what was sent before is waited for and counted."""

    def lines() -> Iterator[LineEvent]:
        yield event(1)
        raise KeyboardInterrupt

    report = publish(lines(), ScriptedProducer(), ["products"])
    assert (report.interrupted, report.delivered, report.complete) == (True, 1, False)


def test_time_before_the_first_event_does_not_count() -> None:
    """A slow source of lines is no late delivery."""
    clock = Clock()

    def lines() -> Iterator[LineEvent]:
        for _ in range(50):
            clock()
        yield event(1)

    slow = ScriptedProducer(waits_needed=3)
    assert publish(lines(), slow, ["products"], deadline_seconds=20, clock=clock).complete
