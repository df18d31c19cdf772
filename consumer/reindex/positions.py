"""Where the promoted generation's group stands in the log, and where the new one's begins."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from consumer.errors import ReindexRefused
from consumer.kafka.group_lag import PartitionLag, read_group_lag
from consumer.kafka.group_offsets import GroupOffsets
from consumer.reindex.build_mark import Partition


class LogPositions(Protocol):
    """Two groups' positions. Each call blocks for as long as the broker takes; raises KafkaUnreachable."""

    def of_source(self) -> Mapping[Partition, int]:
        """The offsets up to which the records that will be copied hold everything. Raises ReindexRefused."""
        ...

    def start_target(self, starts: Mapping[Partition, int]) -> None:
        """Have the new group begin there, where it is not further already.

        Raises SkipRefused where it must be moved and has members.
        """
        ...

    def is_short(self, starts: Mapping[Partition, int]) -> bool:
        """Whether the log has lost events that the new group has not read and would begin with."""
        ...


class KafkaPositions:
    """Positions as the broker tells them. source, target: names of the groups. config: of any client."""

    def __init__(self, config: Mapping[str, Any], topics: Sequence[str], *, source: str, target: str) -> None:
        self._config = config
        self._topics = tuple(topics)
        self._source = source
        self._target = target

    def of_source(self) -> Mapping[Partition, int]:
        """See LogPositions."""
        return starts_of(read_group_lag(self._config, self._source, self._topics).partitions, self._source)

    def start_target(self, starts: Mapping[Partition, int]) -> None:
        """See LogPositions."""
        standing = {_key(each): each.committed for each in self._target_partitions()}
        behind = {
            partition: offset
            for partition, offset in starts.items()
            if partition in standing and ((at := standing[partition]) is None or at < offset)
        }
        if not behind:
            return
        with GroupOffsets(self._config, self._target) as group:
            group.refuse_members()
            for (topic, partition), offset in behind.items():
                group.commit(topic, partition, offset)

    def is_short(self, starts: Mapping[Partition, int]) -> bool:
        """See LogPositions."""
        return any(
            each.low > max(each.committed or 0, starts.get(_key(each), 0))
            for each in self._target_partitions()
        )

    def _target_partitions(self) -> Sequence[PartitionLag]:
        return read_group_lag(self._config, self._target, self._topics).partitions


def starts_of(partitions: Sequence[PartitionLag], group: str) -> dict[Partition, int]:
    """Where a group begins whose generation takes over what this one has written. Pure.

    Raises ReindexRefused where the group's generation itself may lack events that are gone.
    """
    starts: dict[Partition, int] = {}
    for each in partitions:
        name = f"{each.topic}[{each.partition}]"
        if each.committed is None and each.low > 0:
            raise ReindexRefused(
                f"the group {group} has no committed offset of {name}, which begins at {each.low}: it is not "
                "known what its records hold; start its consumer once, and heed what that says"
            )
        if each.committed is not None and each.committed < each.low:
            raise ReindexRefused(
                f"the group {group} has read {name} up to {each.committed}, and it begins at {each.low} now: "
                "its records lack the events between, and a copy of them would too"
            )
        starts[_key(each)] = each.committed or 0
    return starts


def _key(each: PartitionLag) -> Partition:
    return each.topic, each.partition
