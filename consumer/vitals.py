"""By what a consumer is watched from outside, from the first moment of its start on."""

from dataclasses import dataclass
from typing import Protocol, Self

from consumer.metric_definitions import DEFINITIONS
from telemetry import Liveness, Metrics, Readiness, StatusInWords

_LONGEST_SECONDS_WITHOUT_PROGRESS = {"polling": 60.0, "pipeline": 300.0}


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a consumer waits for, whether it gets on, and what it has counted. Thread-safe each."""

    readiness: Readiness
    liveness: Liveness
    metrics: Metrics

    @classmethod
    def at_birth(cls) -> Self:
        """Of a consumer that has no partitions yet."""
        return cls(
            readiness=Readiness(assignment="waits for partitions from the consumer group"),
            liveness=Liveness(_LONGEST_SECONDS_WITHOUT_PROGRESS),
            metrics=Metrics(DEFINITIONS),
        )


class Watched(Protocol):
    """Whoever has vitals, and says in words how it is: a consumer that starts, or one that runs."""

    @property
    def vitals(self) -> Vitals:
        """What probes ask for."""
        ...

    def status(self) -> StatusInWords:
        """What it is doing. Never blocks."""
        ...
