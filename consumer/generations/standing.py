"""How each generation is: what it holds, how far it has read, who reads for it, and what shoppers see."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from consumer.errors import KafkaUnreachable, NoSuchTopic
from consumer.generations.groups import Groups
from consumer.kafka.group_lag import GroupLag, seconds_behind
from consumer.status.status_point import last_written_ms
from vector_store import AllOf, Equals, Generation, GenerationMissing, ProductIndex, VectorStore
from vector_store.points import KIND_RECORD

SILENT_AFTER_SECONDS: Final = 60.0
"""A member at work writes the status point every ten seconds."""

_LIVE = AllOf((Equals("kind", KIND_RECORD), Equals("state", "live")))


class Role(StrEnum):
    """What shoppers have to do with a generation."""

    PROMOTED = "promoted"
    """Searches are answered from it."""
    PREVIOUS = "previous"
    """A rollback goes here."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Standing:
    """One generation, as it is now.

    products: for sale. images: points that searches can find. pending: products with an image that is tried
    again. disk_bytes: None where the engine does not tell. lag: None where Kafka does not tell;
    lag_unknown says why. warnings: what somebody should look at, in words.
    """

    generation: Generation
    role: Role
    group: str
    products: int
    images: int
    pending: int
    disk_bytes: int | None
    lag: GroupLag | None
    lag_unknown: str | None
    seconds_behind: float | None
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """For one line of output."""
        lag = self.lag
        return {
            "generation": self.generation.name,
            "role": self.role.value,
            "model_version": self.generation.model_version,
            "created": datetime.fromtimestamp(self.generation.created_at_ms / 1000, UTC).isoformat(
                timespec="seconds"
            ),
            "incarnation": self.generation.incarnation,
            "group": self.group,
            "products": self.products,
            "images": self.images,
            "pending": self.pending,
            "disk_bytes": self.disk_bytes,
            "position": None
            if lag is None
            else [
                {"topic": each.topic, "partition": each.partition, "offset": each.committed, "end": each.high}
                for each in lag.partitions
            ],
            "lag_messages": None if lag is None else lag.messages_behind,
            "lag_seconds": self.seconds_behind,
            "lag_unknown": self.lag_unknown,
            "members": None if lag is None else lag.members,
            "warnings": list(self.warnings),
        }


def standings(store: VectorStore, groups: Groups, *, now_ms: Callable[[], int]) -> Iterator[Standing]:
    """Every generation, oldest first. Blocks for several calls each; raises StoreError.

    Once Kafka does not answer it is not asked again.
    """
    unreachable: str | None = None
    promoted, previous = store.promoted(), store.previous()
    for generation in store.generations():
        lag, unknown = None, unreachable
        if unreachable is None:
            try:
                lag = groups.lag(generation)
            except KafkaUnreachable as error:
                unknown = unreachable = str(error)
            except NoSuchTopic as error:
                unknown = str(error)
        role = {promoted: Role.PROMOTED, previous: Role.PREVIOUS}.get(generation.name, Role.NONE)
        try:
            collection = store.open(generation.name)
            index = ProductIndex(collection)
            yield Standing(
                generation=generation,
                role=role,
                group=groups.name(generation),
                products=collection.count(_LIVE),
                images=index.count_images(),
                pending=index.count_pending(),
                disk_bytes=collection.disk_bytes(),
                lag=lag,
                lag_unknown=unknown,
                seconds_behind=None if lag is None else seconds_behind(lag, now_ms=now_ms()),
                warnings=_warnings(role, index, lag, now_ms()),
            )
        except GenerationMissing:
            continue  # It was dropped since it was listed.


def _warnings(role: Role, index: ProductIndex, lag: GroupLag | None, now_ms: int) -> tuple[str, ...]:
    if role is not Role.PROMOTED:
        return ()
    name = index.generation.name
    if lag is not None and lag.members == 0:
        return (f"no consumer of {name} is running: shoppers see what it was",)
    silent_seconds = (now_ms - last_written_ms(index)) / 1000
    if (lag is None or lag.members is None) and silent_seconds >= SILENT_AFTER_SECONDS:
        return (f"no consumer of {name} has said for {silent_seconds:.0f} s that it is at work",)
    return ()
