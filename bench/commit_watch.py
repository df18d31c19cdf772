"""Seeing from outside how far the consumer is: by what its group has committed."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

from confluent_kafka import Consumer, KafkaException, TopicPartition

from bench.errors import TooSlow
from vector_store import Generation

_LOOK_SECONDS = 0.03
_ANSWER_SECONDS = 10.0


class CommitWatch:
    """Asks, as a member that never joins, what a group has committed of the one partition of a topic."""

    def __init__(self, kafka_config: Mapping[str, Any], *, topic: str, group: str) -> None:
        self._partition = TopicPartition(topic, 0)
        self._reader = Consumer({**kafka_config, "group.id": group, "log_level": 0})
        self._never = Event()

    def wait_for(self, offset: int, *, deadline_seconds: float, check: Callable[[], None]) -> None:
        """Block until everything before the offset is committed.

        check: raises what makes further waiting useless. Raises TooSlow at the deadline.
        """
        until = monotonic() + deadline_seconds
        while (committed := self._committed()) < offset:
            check()
            if monotonic() > until:
                raise TooSlow(
                    f"{max(committed, 0)} of {offset} events are indexed after {deadline_seconds:.0f} s"
                )
            self._never.wait(_LOOK_SECONDS)

    def close(self) -> None:
        """Let the connection go."""
        self._reader.close()

    def _committed(self) -> int:
        try:
            [found] = self._reader.committed([self._partition], timeout=_ANSWER_SECONDS)
        except KafkaException:
            # The group's coordinator is still being found.
            return -1
        return int(found.offset)


def group_of_index(index: Path, prefix: str) -> str | None:
    """The group that builds the generation in this folder, or None while there is none."""
    for description in index.glob("generations/*/generation.json"):
        generation = Generation.from_json(json.loads(description.read_text("utf-8")))
        return f"{prefix}.{generation.name}.{generation.incarnation}"
    return None
