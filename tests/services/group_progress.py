"""Waiting until a consumer group has committed everything that its topics hold."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from confluent_kafka import Consumer, KafkaException, TopicPartition

from vector_store import VectorStore


def group_of_store(store: VectorStore, prefix: str = "product-index") -> str | None:
    """The group that builds the promoted generation, or None while there is none."""
    name = store.promoted()
    if name is None:
        return None
    return f"{prefix}.{name}.{store.open(name).generation.incarnation}"


def group_of_index(folder: Path, prefix: str = "product-index") -> str | None:
    """The group that builds the generation in this Edge folder, or None while there is no generation.

    Read from the file, so that the process that has the folder open is not disturbed.
    """
    for description in (folder / "generations").glob("*/generation.json"):
        generation = json.loads(description.read_text())
        return f"{prefix}.{generation['name']}.{generation['incarnation']}"
    return None


_COORDINATOR_SECONDS = 20
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one partition: what a group has committed (None: nothing yet), and where its log begins and ends."""

    committed: int | None
    low: int
    high: int

    @property
    def uncommitted(self) -> int:
        """How many messages are still to be committed."""
        return self.high - max(self.low, self.committed or 0)


class GroupProgress:
    """What a group has committed, beside where its topics end.

    It asks as a member that never joins: the admin client's call for a group's offsets can crash librdkafka
    2.16 while the group is being formed.
    """

    def __init__(self, bootstrap_servers: str, topics: Iterable[str]) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._topics = tuple(topics)

    def uncommitted(self, group: str) -> int:
        """How many messages of the topics the group has not committed; all of them at first."""
        return sum(each.uncommitted for each in self.standings(group).values())

    def standings(self, group: str) -> dict[tuple[str, int], Standing]:
        """By topic and partition, where the group stands. Blocks while its coordinator is being found."""
        deadline = time.monotonic() + _COORDINATOR_SECONDS
        with _reader(self._bootstrap_servers, group) as reader:
            while isinstance(found := _or_why_not(lambda: self._standings(reader)), str):
                assert time.monotonic() < deadline, found
                time.sleep(0.1)
            return found

    def wait_until_done(
        self, find_group: Callable[[], str | None], timeout_seconds: float = 60, *, at_most: int = 0
    ) -> None:
        """Block until the index's group has committed everything but so many; fails with what is missing."""
        deadline = time.monotonic() + timeout_seconds
        while (group := find_group()) is None:
            assert time.monotonic() < deadline, f"no generation after {timeout_seconds} s"
            time.sleep(0.05)
        with _reader(self._bootstrap_servers, group) as reader:
            while isinstance(missing := _or_why_not(lambda: self._missing(reader)), str) or missing > at_most:
                assert time.monotonic() < deadline, f"{missing} messages are not committed"
                time.sleep(0.1)

    def _missing(self, reader: Consumer) -> int:
        return sum(each.uncommitted for each in self._standings(reader).values())

    def _standings(self, reader: Consumer) -> dict[tuple[str, int], Standing]:
        metadata = reader.list_topics(timeout=10).topics
        partitions = [
            TopicPartition(topic, partition)
            for topic in self._topics
            for partition in metadata[topic].partitions
        ]
        found: dict[tuple[str, int], Standing] = {}
        for each in reader.committed(partitions, timeout=10):
            low, high = reader.get_watermark_offsets(TopicPartition(each.topic, each.partition), timeout=10)
            found[each.topic, each.partition] = Standing(each.offset if each.offset >= 0 else None, low, high)
        return found


def _or_why_not(ask: Callable[[], T]) -> T | str:
    try:
        return ask()
    except KafkaException as error:
        # A group's first minutes: its coordinator is still being found.
        return str(error)


@contextmanager
def _reader(bootstrap_servers: str, group: str) -> Iterator[Consumer]:
    reader = Consumer({"bootstrap.servers": bootstrap_servers, "group.id": group, "log_level": 0})
    try:
        yield reader
    finally:
        reader.close()
