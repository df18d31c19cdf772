"""The order of a product's states, and the one guard that enforces it."""

from dataclasses import dataclass, replace

from vector_store.conditions import AllOf, AnyOf, Condition, Equals, Range


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """Where a state stands among all states of its product; compared field by field, in this order.

    revision: twice the event's order, plus one for a delete, so that a delete wins a tie. Below 2**53.
    tie: 32 bits of a hash of the event, so that equal orders end the same everywhere.
    attempt: how often pending images were tried again; an attempt only adds images.
    """

    revision: int
    tie: int
    attempt: int = 0

    @classmethod
    def of_event(cls, *, order: int, deleted: bool, tie: int) -> "Stamp":
        """The stamp of a state as its event gives it, before any further attempt."""
        return cls(revision=2 * order + (1 if deleted else 0), tie=tie)

    @property
    def deleted(self) -> bool:
        """Whether this is the stamp of a delete."""
        return self.revision % 2 == 1

    def next_attempt(self) -> "Stamp":
        """The stamp of the same state with its pending images tried once more."""
        return replace(self, attempt=self.attempt + 1)


def image_point_below(stamp: Stamp) -> Condition:
    """Holds for an image point whose (revision, tie) is strictly lower: it may be replaced or removed."""
    return _lexicographically_below((("revision", stamp.revision), ("tie", stamp.tie)))


def record_below(stamp: Stamp) -> Condition:
    """Holds for a product record whose whole stamp is strictly lower: it may be replaced."""
    return _lexicographically_below(
        (("revision", stamp.revision), ("tie", stamp.tie), ("attempt", stamp.attempt))
    )


def record_exactly(stamp: Stamp) -> Condition:
    """Holds for a product record of this very stamp: it may be replaced by who has read it."""
    return AllOf(
        (
            Equals("revision", stamp.revision),
            Equals("tie", stamp.tie),
            Equals("attempt", stamp.attempt),
        )
    )


def _lexicographically_below(fields: tuple[tuple[str, int], ...]) -> Condition:
    (name, value), rest = fields[0], fields[1:]
    lower = Range(name, lt=value)
    if not rest:
        return lower
    return AnyOf((lower, AllOf((Equals(name, value), _lexicographically_below(rest)))))
