"""What a person reads who asks what the consumer is doing."""

import pytest

from consumer.metric_definitions import DEAD_LETTERS, DEFINITIONS, EVENTS, LAG_MESSAGES, LAG_SECONDS
from consumer.offsets import OffsetTracker
from consumer.status.in_words import ConsumerStatus
from telemetry import Metrics, Readiness
from vector_store import Generation


class World:
    """A consumer's readiness, counts and positions, to be set at will."""

    def __init__(self) -> None:
        self.readiness = Readiness()
        self.metrics = Metrics(DEFINITIONS)
        self.offsets = OffsetTracker()
        generation = Generation(
            name="products-0a1b2c3d",
            model_version="0a1b2c3d",
            dimension=128,
            preprocessing_hash="00",
            order_kind="time",
            incarnation="5e6f7a8b",
            created_at_ms=0,
        )
        self.status = ConsumerStatus(generation, self.readiness, self.metrics, self.offsets)

    def behind(self, *messages: int, seconds: float = 0) -> None:
        for partition, number in enumerate(messages):
            self.metrics.set(LAG_MESSAGES, number, topic="products", partition=str(partition))
            self.metrics.set(LAG_SECONDS, seconds, topic="products", partition=str(partition))


@pytest.fixture
def world() -> World:
    return World()


def test_nothing_to_do_is_up_to_date(world: World) -> None:
    """Without lag and trouble the headline is three words."""
    assert world.status().headline == "Up to date"


def test_a_backlog_has_its_size_and_age(world: World) -> None:
    """The events of all partitions are added up; the oldest partition's age is told."""
    world.behind(1200, 34, seconds=12.4)

    assert world.status().headline == "Working: 1,234 events behind, 12 s"


def test_an_outage_says_what_is_waited_for_and_how_much_waits(world: World) -> None:
    """The reasons of readiness come first, then the backlog."""
    world.behind(340)
    world.readiness.wait_for("index", "index does not answer for 12 s: refused")

    assert world.status().headline == "Paused: index does not answer for 12 s: refused; 340 events behind"


def test_a_member_without_partitions_is_not_paused(world: World) -> None:
    """Waiting for the group is no trouble."""
    world.readiness.wait_for("assignment", "waits for partitions from the consumer group")

    assert world.status().headline == "Waiting: waits for partitions from the consumer group"


def test_the_facts_name_positions_and_counts(world: World) -> None:
    """Partitions with their offsets; events by outcome; dead letters by reason, over all other labels."""
    world.offsets.begin("products", 0, 41)
    world.metrics.count(EVENTS, 3, type="change", outcome="applied")
    world.metrics.count(EVENTS, 2, type="delete", outcome="applied")
    world.metrics.count(EVENTS, type="change", outcome="superseded")
    world.metrics.count(DEAD_LETTERS, reason="NotAnImage")

    facts = world.status().facts

    assert facts["generation"] == "products-0a1b2c3d"
    assert facts["partitions"] == "products[0] at 41"
    assert facts["being worked on"] == "1 message"
    assert facts["events"] == "5 applied, 1 superseded"
    assert facts["images"] == "none yet"
    assert facts["dead letters"] == "1 NotAnImage"
