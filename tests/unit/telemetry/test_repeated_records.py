"""A library that says one thing many times a second is heard once in a while."""

import logging
from collections.abc import Iterator
from itertools import count

import pytest

from telemetry.repeated_records import RepeatedRecords


class Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def heard(clock: Clock) -> Iterator[Heard]:
    handler = Heard()
    handler.addFilter(RepeatedRecords(["noisy"], interval_seconds=30, clock=clock))
    loggers = [logging.getLogger(name) for name in ("noisy", "calm")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.propagate = False
    yield handler
    for logger in loggers:
        logger.removeHandler(handler)
        logger.propagate = True


def test_what_differs_in_numbers_only_is_said_once_an_interval(heard: Heard, clock: Clock) -> None:
    """The first passes at once; the next that passes tells how many did not."""
    noisy = logging.getLogger("noisy")
    for attempt in range(100):
        noisy.error("refused (after %d ms)", attempt)
    assert heard.texts == ["refused (after 0 ms)"]
    clock.now = 30
    noisy.error("refused (after 7 ms)")
    noisy.error("refused (after 8 ms)")
    assert heard.texts[1:] == ["refused (after 7 ms) (and 99 more like it before)"]


def test_other_texts_levels_and_loggers_pass(heard: Heard) -> None:
    """Only what is alike is held back, and only of the loggers that were named."""
    logging.getLogger("noisy").error("refused")
    logging.getLogger("noisy").error("timed out")
    logging.getLogger("noisy").critical("refused")
    logging.getLogger("calm").error("refused")
    logging.getLogger("calm").error("refused")
    assert heard.texts == ["refused", "timed out", "refused", "refused", "refused"]


def test_it_remembers_a_bounded_number_of_texts(heard: Heard) -> None:
    """Of very many texts the oldest are forgotten, and may be said again."""
    noisy = logging.getLogger("noisy")
    noisy.error("first")
    for letters in count():
        noisy.error("x" * letters)
        if letters > 300:
            break
    noisy.error("first")
    assert heard.texts.count("first") == 2
