"""What a run of the bench found, as it is kept in JSON."""

from statistics import median
from typing import Any

from pydantic import BaseModel, ConfigDict, computed_field


class Samples(BaseModel):
    """One number, measured once a round."""

    model_config = ConfigDict(frozen=True)

    rounds: tuple[float, ...]

    @computed_field  # type: ignore[prop-decorator]  # pydantic's way to store a property; mypy knows no such
    @property
    def median(self) -> float:
        """The middle of all rounds."""
        return median(self.rounds)

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def lowest(self) -> float:
        """With `highest`: how far the rounds lie apart."""
        return min(self.rounds)

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def highest(self) -> float:
        """With `lowest`: how far the rounds lie apart."""
        return max(self.rounds)

    def over(self, other: "Samples") -> "Samples":
        """The ratio of each round: what slows a whole round down does not show in it."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return Samples(rounds=tuple(ours / theirs for ours, theirs in pairs))


class Figure(BaseModel):
    """A number beside its bound or its peer, of the same rounds.

    bar: what the ratio of the two is wanted to be at least; at_most: or at most. Nothing fails beyond it.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    title: str
    unit: str
    value: Samples
    against: str
    against_value: Samples
    bar: float | None = None
    at_most: float | None = None

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def ratio(self) -> Samples:
        """The value by what it stands beside."""
        return self.value.over(self.against_value)


class Measure(BaseModel):
    """A number that stands by itself.

    at_most: what it is wanted to be at most; nothing fails beyond it.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    title: str
    unit: str
    value: Samples
    at_most: float | None = None


class BenchResult(BaseModel):
    """A whole run.

    settings: seed, sizes, and the consumer's own that matter. beside: samples that explain the figures.
    seconds: how long the run took.
    """

    model_config = ConfigDict(frozen=True)

    suite: str
    began_at: str
    seconds: float
    commit: str | None
    machine: dict[str, Any]
    versions: dict[str, str]
    settings: dict[str, Any]
    figures: tuple[Figure, ...]
    measures: tuple[Measure, ...] = ()
    beside: dict[str, Samples]
