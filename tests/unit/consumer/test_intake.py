"""When the polling loop reads, pauses and reads on."""

from collections.abc import Iterator
from threading import Event
from typing import Any, cast

from confluent_kafka import Consumer

from consumer.kafka.rebalance import Rebalance
from consumer.offsets import OffsetTracker
from consumer.pipeline import Pipeline
from consumer.status.gauges import Gauges
from consumer.steps.commit import Committer
from consumer.steps.intake import Intake
from telemetry import Liveness, Readiness


class ScriptedPipeline:
    """Whether room comes in time, turn by turn; with the last turn the loop ends."""

    def __init__(self, room: list[bool], stop: Event) -> None:
        self._room = room
        self._stop = stop

    def wait_for_room(self, seconds: float) -> bool:
        assert seconds > 0
        room = self._room.pop(0)
        if not self._room:
            self._stop.set()
        return room

    def is_idle(self) -> bool:
        return True


class QuietClient:
    """A client that has no messages, and notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def consume(self, _most: int, timeout: float) -> list[object]:
        self.told.append("wait for messages" if timeout > 0 else "look")
        return []

    def pause(self, _partitions: object) -> None:
        self.told.append("pause")

    def resume(self, _partitions: object) -> None:
        self.told.append("resume")

    def assignment(self) -> Iterator[object]:
        return iter(())

    def subscribe(self, *_topics: object, **_callbacks: object) -> None:
        pass


class Bystander:
    """A part that does nothing."""

    def __getattr__(self, _name: str) -> Any:
        return lambda *_words, **_named: None


def told(*room: bool) -> list[str]:
    stop, client = Event(), QuietClient()
    Intake(
        config={},
        topics=("products",),
        pipeline=cast(Pipeline, ScriptedPipeline(list(room), stop)),
        offsets=OffsetTracker(),
        rebalance=cast(Rebalance, Bystander()),
        committer=cast(Committer, Bystander()),
        gauges=cast(Gauges, Bystander()),
        readiness=Readiness(),
        liveness=Liveness({}),
        find_failure=lambda: None,
        stop=stop,
        make_consumer=lambda _config: cast(Consumer, client),
    ).run()
    return client.told


def test_room_that_comes_in_time_is_no_reason_to_pause() -> None:
    """A pause makes the client throw away what it has fetched ahead."""
    assert told(True, True) == ["wait for messages"] * 2


def test_while_there_is_no_room_the_client_is_looked_after_and_nothing_is_read() -> None:
    """Waiting is for room, not for messages that will not come: reading goes on as soon as there is some."""
    assert told(True, False, False, True) == [
        "wait for messages",
        *("pause", "look"),
        "look",
        *("resume", "wait for messages"),
    ]
