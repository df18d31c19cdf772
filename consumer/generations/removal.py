"""A generation is taken away: its collection first, then its group."""

from collections.abc import Callable
from dataclasses import dataclass

from consumer.errors import GenerationChangeRefused, KafkaUnreachable, NoSuchTopic
from consumer.generations.groups import Groups
from vector_store import Generation, VectorStore

_ASK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Removal:
    """What is gone. group_removed: False where `warnings` say why the group is still there."""

    dropped: str
    group: str
    group_removed: bool
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """For one line of output."""
        return {
            "dropped": self.dropped,
            "group": self.group,
            "group_removed": self.group_removed,
            "warnings": list(self.warnings),
        }


def require_removable(store: VectorStore, generation: Generation, groups: Groups, *, force: bool) -> None:
    """Raises GenerationChangeRefused for the promoted generation, and, unless by force, for one in use."""
    name = generation.name
    if name == store.promoted():
        raise GenerationChangeRefused(
            f"{name} is what shoppers see: promote another generation before dropping it"
        )
    if force:
        return
    try:
        members = groups.lag(generation).members
    except (KafkaUnreachable, NoSuchTopic) as error:
        raise GenerationChangeRefused(
            f"whether a consumer of {name} is running is not known: {error}; --force drops it all the same"
        ) from error
    if members is None:
        raise GenerationChangeRefused(
            f"whether a consumer of {name} is running is not told by Kafka; --force drops it all the same"
        )
    if members:
        raise GenerationChangeRefused(
            f"{name} has {members} running consumer{'s' * (members > 1)}, which would stop with an error: "
            "stop them first (one that was killed counts until its session ends, 45 s), or --force"
        )


def remove(
    store: VectorStore,
    generation: Generation,
    groups: Groups,
    *,
    pause: Callable[[float], None],
    grace_seconds: float,
    group_wait_seconds: float,
) -> Removal:
    """Remove the collection after the grace, in which requests that have found it end, then the group.

    Members leave a group when they notice that the collection is gone; they are waited for.
    Blocks for as long as both take. Raises StoreError, StoreMisused where it was promoted meanwhile.
    """
    pause(grace_seconds)
    store.drop(generation.name)
    group = groups.name(generation)
    waited_seconds = 0.0
    try:
        while not (removed := groups.remove(generation)) and waited_seconds < group_wait_seconds:
            pause(_ASK_AGAIN_SECONDS)
            waited_seconds += _ASK_AGAIN_SECONDS
    except KafkaUnreachable as error:
        return Removal(generation.name, group, group_removed=False, warnings=(_left(group, str(error)),))
    warnings = () if removed else (_left(group, "it still has members"),)
    return Removal(generation.name, group, removed, warnings)


def _left(group: str, why: str) -> str:
    return f"the group {group} is left: {why}; nobody reads by it again, and Kafka forgets it by itself"
