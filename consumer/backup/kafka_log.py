"""What a generation's group has committed, noted for a snapshot, and committed for what is put back."""

from collections.abc import Callable, Mapping
from functools import partial
from time import time_ns
from typing import TypeVar

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from consumer.backup.snapshot_format import Partition
from consumer.backup.starting_points import LogNow
from consumer.errors import BackupRefused, KafkaUnreachable, SkipRefused
from consumer.kafka.client_config import client_config, group_name
from consumer.kafka.group_lag import read_group_lag
from consumer.kafka.group_offsets import GroupOffsets
from consumer.kafka.topic_reader import TopicReader
from consumer.kafka.topics import prepare_topics
from consumer.redrive.returned_messages import redrive_topic
from consumer.settings import ConsumerSettings
from vector_store import Generation

T = TypeVar("T")
_COORDINATOR_SECONDS = 20.0


def all_topics(settings: ConsumerSettings) -> tuple[str, ...]:
    """Every topic that a consumer reads, that of redriven messages included."""
    return (*settings.kafka_topics, redrive_topic(settings.kafka_dead_letter_topic))


def committed_positions(settings: ConsumerSettings, generation: Generation) -> dict[Partition, int | None]:
    """The offsets that the generation's group has committed, None where it has none. Blocks up to 15 seconds.

    Raises KafkaUnreachable, NoSuchTopic.
    """
    lag = read_group_lag(client_config(settings), _group(settings, generation), all_topics(settings))
    return {(each.topic, each.partition): each.committed for each in lag.partitions}


class KafkaLog:
    """The topics that a consumer of these settings reads; see restoration.Log."""

    def __init__(self, settings: ConsumerSettings) -> None:
        self._settings = settings

    def now(self, generation: Generation) -> LogNow:
        """See Log. Makes the topics of dead letters and redriven messages, as a consumer would."""
        config = client_config(self._settings)
        topics = all_topics(self._settings)
        deletes_kept_ms = prepare_topics(
            config,
            topics=self._settings.kafka_topics,
            own_topics=(self._settings.kafka_dead_letter_topic, topics[-1]),
        )
        with TopicReader(config, group=_group(self._settings, generation)) as reader:
            ends = {
                (topic, partition): ends for topic in topics for partition, ends in reader.ends(topic).items()
            }
        return LogNow(ends, deletes_kept_ms, now_ms)

    def commit(self, generation: Generation, starts: Mapping[Partition, int]) -> None:
        """See Log."""
        with GroupOffsets(client_config(self._settings), _group(self._settings, generation)) as offsets:
            for (topic, partition), offset in starts.items():
                # A group of this name is new: who coordinates it may be told only after a moment.
                _for_a_while(partial(offsets.commit, topic, partition, offset))
            for (topic, partition), offset in starts.items():
                there = _for_a_while(partial(offsets.committed, topic, partition))
                if there != offset:
                    raise BackupRefused(f"{topic}[{partition}]: {offset} was committed, and {there} is told")


def now_ms() -> int:
    """The time of day, in milliseconds since 1970."""
    return time_ns() // 1_000_000


def _for_a_while(action: Callable[[], T]) -> T:
    retrying = Retrying(
        retry=retry_if_exception_type((SkipRefused, KafkaUnreachable)),
        wait=wait_fixed(0.2),
        stop=stop_after_delay(_COORDINATOR_SECONDS),
        reraise=True,
    )
    result: T = retrying(action)
    return result


def _group(settings: ConsumerSettings, generation: Generation) -> str:
    return group_name(settings, generation.name, generation.incarnation)
