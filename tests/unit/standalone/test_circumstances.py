from pathlib import Path

import pytest

from standalone.circumstances import settle
from standalone.errors import BuiltFromOtherKafka
from standalone.memory import EMBEDDED, Memory
from standalone.options import DemoOptions

FOLDER = Path("/data/demo")


def settled(options: DemoOptions, remembered: Memory, *, taken: frozenset[int] = frozenset()) -> Memory:
    return settle(options, remembered, is_free=lambda port: port not in taken, any_free_port=lambda: 40_000)


def test_a_first_start_chooses_a_port_that_is_free() -> None:
    """Nobody need free a port for photos that have no URLs yet."""
    assert settled(DemoOptions(FOLDER), Memory()).image_port == 8001
    assert settled(DemoOptions(FOLDER), Memory(), taken=frozenset({8001})).image_port == 40_000


def test_a_second_start_finds_the_same_photo_urls() -> None:
    """The photos' port is remembered, taken or not: it is part of image keys."""
    first = settled(DemoOptions(FOLDER, image_port=8123), Memory())
    assert settled(DemoOptions(FOLDER), first, taken=frozenset({8123})) == first


def test_a_port_that_is_asked_for_is_taken_over() -> None:
    """An option outranks the memory."""
    assert settled(DemoOptions(FOLDER, image_port=9000), Memory(image_port=8001)).image_port == 9000


@pytest.mark.parametrize(
    ("remembered", "asked"), [(EMBEDDED, "kafka:9092"), ("kafka:9092", None), ("kafka:9092", "other:9092")]
)
def test_an_index_of_another_kafka_is_refused(remembered: str, asked: str | None) -> None:
    """An index stands for one Kafka's events, and is not continued from another's."""
    with pytest.raises(BuiltFromOtherKafka, match="--reset"):
        settled(DemoOptions(FOLDER, bootstrap_servers=asked), Memory(kafka=remembered))


def test_a_run_keeps_its_topic_names() -> None:
    """The id in the topics' names is made once."""
    options = DemoOptions(FOLDER, bootstrap_servers="kafka:9092")
    first = settled(options, Memory())
    assert first.run_id
    assert settled(options, first).run_id == first.run_id
    assert settled(options, Memory()).run_id != first.run_id
