"""Back to the generation that shoppers saw before."""

from collections.abc import Callable
from dataclasses import dataclass

from consumer.errors import GenerationChangeRefused, KafkaUnreachable, NoSuchTopic
from consumer.generations.groups import Groups
from consumer.generations.promotion import in_words, warnings_of
from vector_store import VectorStore


@dataclass(frozen=True, slots=True)
class Rollback:
    """From where the alias was moved, and to where."""

    promoted: str
    before: str

    def to_json(self) -> dict[str, object]:
        """For one line of output."""
        return {"promoted": self.promoted, "before": self.before}


def roll_back(store: VectorStore) -> Rollback:
    """Point the alias at the generation that it named before. Raises GenerationChangeRefused, StoreError.

    It asks nothing else, so that it is done at once, whatever state Kafka is in: whoever goes back has a
    reason to. How far that generation has kept up is what `doubts_of` says afterwards.
    """
    before, previous = store.promoted(), store.previous()
    if before is None or previous is None:
        raise GenerationChangeRefused(
            "there is no generation to go back to: none was promoted before this one, or it has been "
            "dropped; `python -m consumer generations list` shows what there is"
        )
    store.promote(previous)
    return Rollback(previous, before)


def doubts_of(store: VectorStore, name: str, groups: Groups, *, now_ms: Callable[[], int]) -> tuple[str, ...]:
    """What may be wrong with what shoppers see in this generation, in words.

    Blocks for as long as Kafka takes. Raises StoreError.
    """
    generation = store.open(name).generation
    try:
        lag = groups.lag(generation)
    except (KafkaUnreachable, NoSuchTopic) as error:
        return (f"whether {name} has kept up is not known: {error}",)
    warnings = warnings_of(name, lag)
    if lag.messages_behind and lag.members == 0:
        return (*warnings, f"{name} lags {in_words(lag, now_ms=now_ms())}")
    if lag.messages_behind:
        return (f"{name} lags {in_words(lag, now_ms=now_ms())}, and goes on reading",)
    return warnings
