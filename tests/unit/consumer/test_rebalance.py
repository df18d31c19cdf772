"""A member that is given partitions begins where `start_positions` says, once Kafka and the index answer."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from consumer.errors import OffsetGap
from consumer.kafka.rebalance import Rebalance
from consumer.kafka.start_positions import StartRules
from consumer.steps.commit import Committer
from tests.unit.consumer.pipeline_world import world
from vector_store import StoreUnavailable

_GIVEN = [TopicPartition("products", 0), TopicPartition("products", 1)]


class Broker(Consumer):
    """A client whose group has these offsets (-1001: none), over logs that begin and end here."""

    def __init__(self, *committed: int, low: int = 0, high: int = 100) -> None:
        super().__init__({"group.id": "tests", "log_level": 0})
        self.positions = committed
        self.metadata = ["", ""]
        self.ends = (low, high)
        self.failures: list[Exception] = []
        self.assigned: list[int] | None = None
        self.stored: list[int] = []

    def committed(self, partitions: Sequence[TopicPartition], timeout: float = -1) -> list[TopicPartition]:
        if self.failures:
            raise self.failures.pop()
        return [
            TopicPartition(each.topic, each.partition, offset, metadata)
            for each, offset, metadata in zip(partitions, self.positions, self.metadata, strict=True)
        ]

    def get_watermark_offsets(self, *_: object, **__: object) -> tuple[int, int]:
        return self.ends

    def assign(self, partitions: Sequence[TopicPartition]) -> None:
        self.assigned = [each.offset for each in partitions]

    def commit(self, *, offsets: Sequence[TopicPartition], asynchronous: bool) -> Any:  # type: ignore[override]
        self.stored = [each.offset for each in offsets]


def _is_empty() -> bool:
    return True


RULES = StartRules(index_is_empty=_is_empty, last_written_ms=lambda: 0, now_ms=lambda: 0)


@contextmanager
def rebalance(rules: StartRules, stop: Event | None = None) -> Iterator[Rebalance]:
    with world() as w:
        yield Rebalance(
            pipeline=w.pipeline,
            offsets=w.offsets,
            committer=Committer(w.offsets, interval_seconds=1),
            start_rules=rules,
            drain_seconds=1,
            cooperative=False,
            stop=stop or Event(),
        )


def test_positions_are_assigned_and_kept() -> None:
    """Where the group stands, and where it never stood at the beginning; that is committed."""
    broker = Broker(7, -1001)
    with rebalance(RULES) as member:
        member.on_assign(broker, _GIVEN)
    assert broker.assigned == [7, 0]
    assert broker.stored == [0]
    assert member.owned == {("products", 0), ("products", 1)}
    broker.close()


def test_a_gap_assigns_nothing() -> None:
    """Its reason ends the consumer; no position is committed, so the next start finds it again."""
    broker = Broker(7, 3, low=5)
    with rebalance(RULES) as member:
        member.on_assign(broker, _GIVEN)
    assert isinstance(member.failure, OffsetGap)
    assert "products[1]" in str(member.failure)
    assert (broker.assigned, broker.stored) == (None, [])
    assert member.owned == frozenset()
    broker.close()


def test_a_time_that_was_stored_with_an_offset_is_believed() -> None:
    """The members' own commits say until when a partition was kept up with, and others' say nothing."""
    day_ms = 86_400_000
    rules = replace(
        RULES,
        index_is_empty=lambda: False,
        now_ms=lambda: 40 * day_ms,
        last_written_ms=lambda: 39 * day_ms,
        deletes_kept_ms={"products": 30 * day_ms},
    )
    broker = Broker(7, 7)
    broker.metadata = ["by hand", str(39 * day_ms)]
    with rebalance(rules) as member:
        member.on_assign(broker, _GIVEN)
    assert (member.failure, broker.assigned) == (None, [7, 7])
    broker.metadata = ["", str(9 * day_ms)]
    with rebalance(rules) as member:
        member.on_assign(broker, _GIVEN)
    assert "products[1]" in str(member.failure)
    broker.close()


def test_once_at_work_a_partition_without_a_time_is_new() -> None:
    """What was true of the index when the member started says nothing of a partition that is added later."""
    rules = replace(
        RULES, index_is_empty=lambda: False, now_ms=lambda: 10**12, deletes_kept_ms={"products": 1}
    )
    broker = Broker(100, 100)
    with rebalance(rules) as member:
        member.on_assign(broker, _GIVEN)
        broker.positions = (-1001, -1001)
        member.on_assign(broker, _GIVEN)
    assert (member.failure, broker.assigned) == (None, [0, 0])
    broker.close()


def failing(times: int, stop: Event | None = None) -> Callable[[], bool]:
    """An index that is away for the first so many questions."""
    left = times

    def is_empty() -> bool:
        nonlocal left
        left -= 1
        if left >= 0:
            if stop is not None:
                stop.set()
            raise StoreUnavailable("the index is away")
        return True

    return is_empty


@pytest.mark.parametrize("kafka_fails", [False, True])
def test_it_asks_until_it_is_answered(kafka_fails: bool) -> None:
    """Neither a broker nor an index that is away for a moment ends the consumer."""
    broker = Broker(-1001, -1001, low=5)
    broker.failures = [KafkaException(KafkaError(KafkaError._TRANSPORT))] * kafka_fails
    with rebalance(replace(RULES, index_is_empty=failing(2))) as member:
        member.on_assign(broker, _GIVEN)
    assert broker.assigned == [5, 5]
    broker.close()


def test_a_stop_ends_the_asking() -> None:
    """While the index is away it can be stopped; nothing is assigned or committed."""
    broker, stop = Broker(-1001, -1001, low=5), Event()
    with rebalance(replace(RULES, index_is_empty=failing(1_000, stop)), stop) as member:
        member.on_assign(broker, _GIVEN)
    assert member.failure is None
    assert (broker.assigned, broker.stored) == (None, [])
    broker.close()
