from threading import Event

import pytest

from consumer.metric_definitions import DEFINITIONS, RETRIES
from consumer.persistence import Persistence
from consumer.stoppable_queue import Stopped
from telemetry import Metrics, Readiness
from vector_store import StoreMisused, StoreUnavailable


class Flaky:
    """Fails a number of times, then answers; remembers what readiness said at each call."""

    def __init__(self, readiness: Readiness, failures: int) -> None:
        self.readiness, self.failures = readiness, failures
        self.said: list[dict[str, str]] = []

    def __call__(self) -> str:
        self.said.append(self.readiness.reasons())
        if len(self.said) <= self.failures:
            raise StoreUnavailable("away")
        return "answer"


def test_a_pause_ends_with_the_answer() -> None:
    """The call is repeated until it succeeds; readiness says what is waited for, and then no longer."""
    readiness, metrics = Readiness(), Metrics(DEFINITIONS)
    action = Flaky(readiness, failures=3)
    assert Persistence(Event(), readiness, metrics).call("index", action) == "answer"
    assert "away" in action.said[-1]["index"]
    assert readiness.reasons() == {}
    assert metrics.value(RETRIES, target="index") == 3


def test_other_failures_pass_through() -> None:
    """Only what means PAUSE is repeated."""

    def refuse() -> None:
        raise StoreMisused("never")

    with pytest.raises(StoreMisused):
        Persistence(Event(), Readiness(), Metrics(DEFINITIONS)).call("index", refuse)


def test_what_may_pass_can_be_told() -> None:
    """A start waits for other failures than a batch does."""

    class Away(Exception):
        pass

    class Flickering:
        tries = 0

        def __call__(self) -> int:
            self.tries += 1
            if self.tries < 3:
                raise Away
            return self.tries

    persistence = Persistence(
        Event(), Readiness(), Metrics(DEFINITIONS), passes=lambda error: isinstance(error, Away)
    )
    assert persistence.call("kafka", Flickering()) == 3
    with pytest.raises(StoreUnavailable):
        persistence.call("kafka", Flaky(Readiness(), failures=1))


def test_what_is_wrong_later_ends_the_waiting_for_what_was_away() -> None:
    """After another failure readiness no longer names the first."""
    readiness = Readiness()
    failures = iter([StoreUnavailable("away"), StoreMisused("never")])

    def fail() -> None:
        raise next(failures)

    with pytest.raises(StoreMisused):
        Persistence(Event(), readiness, Metrics(DEFINITIONS)).call("index", fail)
    assert readiness.reasons() == {}


def test_a_stop_ends_the_waiting() -> None:
    """A service that stops does not wait for what is away."""
    stop = Event()

    def fail() -> None:
        stop.set()
        raise StoreUnavailable("away")

    with pytest.raises(Stopped):
        Persistence(stop, Readiness(), Metrics(DEFINITIONS)).call("index", fail)
