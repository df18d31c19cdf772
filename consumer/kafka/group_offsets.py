"""A consumer group's offsets, read and moved from outside while nobody is a member."""

import logging
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from confluent_kafka import Consumer, ConsumerGroupState, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from consumer.errors import KafkaUnreachable, SkipRefused

_WITHOUT_MEMBERS = frozenset({ConsumerGroupState.EMPTY, ConsumerGroupState.DEAD})


class GroupOffsets:
    """The offsets of one group. It never joins, so it takes no partition from anybody.

    config: of any client. Each call blocks up to `deadline_seconds`.
    """

    def __init__(self, config: Mapping[str, Any], group: str, *, deadline_seconds: float = 15.0) -> None:
        self._group = group
        self._deadline_seconds = deadline_seconds
        logger = logging.getLogger("librdkafka")
        # The admin client's own call for a group's offsets can crash librdkafka 2.16; a consumer's cannot.
        self._consumer = Consumer(
            {**config, "group.id": group, "enable.auto.commit": False, "enable.auto.offset.store": False},
            logger=logger,
        )
        self._admin = AdminClient(dict(config), logger=logger)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._consumer.close()

    def refuse_members(self) -> None:
        """Raises SkipRefused while the group has members, KafkaUnreachable where nobody tells."""
        try:
            listed = self._admin.list_consumer_groups(request_timeout=self._deadline_seconds)
            groups = listed.result(timeout=self._deadline_seconds + 1).valid
        except (KafkaException, TimeoutError) as error:
            raise KafkaUnreachable(f"the group's members are not told: {_text(error)}") from error
        for each in groups:
            if each.group_id == self._group and each.state not in _WITHOUT_MEMBERS:
                raise SkipRefused(
                    f"the group {self._group} has members ({each.state.name.lower()}): stop every consumer "
                    "of this generation first; one that was killed counts until its session ends (45 s)"
                )

    def committed(self, topic: str, partition: int) -> int | None:
        """The committed offset, or None where there is none. Raises KafkaUnreachable."""
        try:
            [found] = self._consumer.committed(
                [TopicPartition(topic, partition)], timeout=self._deadline_seconds
            )
        except KafkaException as error:
            raise KafkaUnreachable(f"the committed offset is not told: {_text(error)}") from error
        return found.offset if found.offset >= 0 else None

    def commit(self, topic: str, partition: int, offset: int) -> None:
        """Store this offset; a broker refuses it while the group has members. Raises SkipRefused."""
        try:
            stored = self._consumer.commit(
                offsets=[TopicPartition(topic, partition, offset)], asynchronous=False
            )
        except KafkaException as error:
            raise SkipRefused(f"the offset is not committed: {_text(error)}; is a member running?") from error
        for each in stored or ():
            if each.error is not None:
                raise SkipRefused(f"the offset is not committed: {each.error.str()}")


def _text(error: Exception) -> str:
    return error.args[0].str() if isinstance(error, KafkaException) else "no answer in time"
