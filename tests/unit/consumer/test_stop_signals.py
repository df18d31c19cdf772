"""What a signal does depends on whether anything was started, and on whether it is the first."""

import os
import signal

import pytest

from consumer.commands.stop_signals import StopSignals, stop_signals
from tests.services.eventually import eventually


class Ended(Exception):
    """In place of the end of the process."""


def end(status: int) -> None:
    raise Ended(status)


def test_before_anything_was_started_the_first_signal_ends_the_process_in_order() -> None:
    """There is nothing to finish, so the status is 0."""
    with pytest.raises(Ended, match=r"^0$"):
        StopSignals(end).arrived()


def test_then_the_first_asks_for_the_end_and_the_second_ends_the_process() -> None:
    """Whoever cannot wait for the drain asks twice."""
    asked: list[int] = []
    signals = StopSignals(end)
    signals.started(lambda: asked.append(1))
    signals.arrived()
    assert asked == [1]
    with pytest.raises(Ended, match=r"^130$"):
        signals.arrived()


def test_signals_reach_it_within_the_block_alone() -> None:
    """A signal of the system asks for the end; afterwards the process's own handlers are back."""
    handlers = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    asked: list[int] = []
    with stop_signals() as signals:
        signals.started(lambda: asked.append(1))
        os.kill(os.getpid(), signal.SIGTERM)
        assert eventually(lambda: asked == [1], timeout_seconds=10)
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == handlers
