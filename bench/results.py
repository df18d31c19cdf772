"""What a run of the bench found, as it is kept in JSON."""

from statistics import median
from typing import Any

from pydantic import BaseModel, ConfigDict, computed_field

_MOST_OF_BAR = 10.0


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

    @property
    def of_bar(self) -> Samples | None:
        """How much of its bar the ratio reaches: 1 and more is what is wanted; None without a bar."""
        return _of_bar(self.ratio, self.bar, self.at_most)


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

    @property
    def of_bar(self) -> Samples | None:
        """As a figure's."""
        return _of_bar(self.value, None, self.at_most)


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


def _of_bar(value: Samples, at_least: float | None, at_most: float | None) -> Samples | None:
    if at_least is not None:
        return Samples(rounds=tuple(each / at_least for each in value.rounds))
    if at_most is not None:
        # A difference may come out as nothing or less, and is then as good as can be told.
        least = at_most / _MOST_OF_BAR
        return Samples(rounds=tuple(at_most / max(each, least) for each in value.rounds))
    return None
