"""Commits are sent as the tracker allows, and an outage of the broker is told once."""

from collections.abc import Collection, Iterator, MutableMapping
from typing import Any

import pytest
import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from consumer.offsets import OffsetTracker
from consumer.steps.commit import Committer, committed_at_ms

_AWAY = KafkaError(KafkaError._TRANSPORT, "broker is away")


class Broker(Consumer):
    """A client that takes commits, or fails them where they are waited for."""

    def __init__(self) -> None:
        super().__init__({"group.id": "tests", "log_level": 0})
        self.away = False
        self.sent: list[tuple[bool, int]] = []
        self.metadata: list[str | None] = []

    def commit(self, *, offsets: Collection[TopicPartition], asynchronous: bool) -> Any:  # type: ignore[override]
        [each] = offsets
        self.sent.append((asynchronous, each.offset))
        self.metadata.append(each.metadata)
        if self.away and not asynchronous:
            raise KafkaException(_AWAY)
        return None if asynchronous else list(offsets)


@pytest.fixture
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    structlog.reset_defaults()
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture
def broker() -> Iterator[Broker]:
    broker = Broker()
    yield broker
    broker.close()


class Clock:
    """Seconds that pass when they are told to."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_an_outage_is_told_once_and_its_end_with_a_count(
    broker: Broker, logs: list[MutableMapping[str, Any]]
) -> None:
    """However many commits fail, with or without waiting; the next outage is told again."""
    offsets, clock = OffsetTracker(), Clock()
    committer = Committer(offsets, interval_seconds=1, clock=clock)
    committer.attach(broker)
    offsets.begin("products", 0, 5)
    offsets.finish("products", 0, 5)
    broker.away = True
    for _ in range(20):
        clock.seconds += 1
        committer.commit_when_due()
        committer.on_commit(_AWAY, [])
    committer.commit_now()
    assert [line["event"] for line in logs] == ["offsets not committed"]
    assert "broker is away" in logs[0]["reason"]

    broker.away = False
    clock.seconds += 1
    committer.commit_now()
    assert offsets.committable() == {}
    assert logs[1:] == [
        {
            "event": "offsets are committed again",
            "log_level": "info",
            "failed_commits": 21,
            "after_seconds": 20,
        }
    ]
    committer.on_commit(None, [TopicPartition("products", 0, 6)])
    assert len(logs) == 2
    committer.on_commit(_AWAY, [])
    assert [line["event"] for line in logs[2:]] == ["offsets not committed"]


def test_an_answer_without_a_stored_offset_does_not_end_an_outage(
    broker: Broker, logs: list[MutableMapping[str, Any]]
) -> None:
    """Only what the broker has stored says that it is back."""
    committer = Committer(OffsetTracker(), interval_seconds=1)
    committer.attach(broker)
    committer.on_commit(_AWAY, [])
    committer.on_commit(None, [])
    assert [line["event"] for line in logs] == ["offsets not committed"]


def test_a_commit_is_sent_once_an_interval(broker: Broker) -> None:
    """What is finished between is committed together, and nothing where nothing is."""
    offsets, clock = OffsetTracker(), Clock()
    committer = Committer(offsets, interval_seconds=1, clock=clock)
    committer.attach(broker)
    clock.seconds = 1
    committer.commit_when_due()
    for offset in (5, 6):
        offsets.begin("products", 0, offset)
        offsets.finish("products", 0, offset)
    clock.seconds = 1.5
    committer.commit_when_due()
    assert broker.sent == []
    clock.seconds = 2
    committer.commit_when_due()
    committer.commit_when_due()
    assert broker.sent == [(True, 7)]


def test_each_commit_says_its_time(broker: Broker) -> None:
    """Whoever starts after an absence reads from it how long that was; another program's commits say none."""
    offsets = OffsetTracker()
    committer = Committer(offsets, interval_seconds=1, now_ms=lambda: 17)
    committer.attach(broker)
    offsets.begin("products", 0, 5)
    offsets.finish("products", 0, 5)
    committer.commit_now()
    committer.commit_start(broker, [TopicPartition("products", 1, 0)])
    assert broker.metadata == ["17", "17"]
    assert committed_at_ms(TopicPartition("products", 0, 6, "17")) == 17
    for text in ("", "by hand", "-5", "\u0661"):
        assert committed_at_ms(TopicPartition("products", 0, 6, text)) is None


def test_a_log_that_is_read_to_its_end_is_committed_again_now_and_then(broker: Broker) -> None:
    """Once a minute, with the new time; not while something is unfinished, nor while the client pauses."""
    offsets, clock = OffsetTracker(), Clock()
    committer = Committer(offsets, interval_seconds=1, clock=clock)
    committer.attach(broker)

    def sent_in_two_minutes(*, reading: bool = True) -> int:
        before = len(broker.sent)
        for _ in range(120):
            clock.seconds += 1
            committer.commit_when_due(reading=reading)
            if len(broker.sent) > before:
                committer.on_commit(None, [TopicPartition("products", 0, broker.sent[-1][1])])
        return len(broker.sent) - before

    offsets.begin("products", 0, 5)
    offsets.finish("products", 0, 5)
    assert sent_in_two_minutes() == 1
    offsets.reached_end("products", 0, 6)
    assert sent_in_two_minutes() == 2
    assert sent_in_two_minutes(reading=False) == 0
    offsets.begin("products", 0, 6)
    assert sent_in_two_minutes() == 0
