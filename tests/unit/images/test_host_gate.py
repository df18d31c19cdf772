from collections.abc import Callable
from contextlib import ExitStack

import pytest

from images import FetchTimedOut, ForbiddenAddress, HostBusy, HostUnreachable, HttpUnavailable, ImageError
from images.deadline import Deadline
from images.host_gate import GateLimits, HostGate, HostGates


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(clock: Clock) -> HostGate:
    return HostGate("a.example", GateLimits(slots=2, timeouts_to_close=3, closed_seconds=60), clock)


def _visit(gate: HostGate, clock: Callable[[], float], error: ImageError | None = None) -> None:
    with gate.visit(Deadline(0.02, clock)):
        if error is not None:
            raise error


def _fail(gate: HostGate, clock: Callable[[], float], error: ImageError) -> None:
    with pytest.raises(type(error)):
        _visit(gate, clock, error)


def test_no_more_than_its_slots_at_a_time(gate: HostGate, clock: Clock) -> None:
    """One too many is turned away after its wait; a slot that is left is free again, after failures too."""
    for _ in range(3):
        with ExitStack() as inside:
            for _ in range(2):
                inside.enter_context(gate.visit(Deadline(5, clock)))
            with pytest.raises(HostBusy):
                _visit(gate, clock)
        _fail(gate, clock, HostUnreachable("x"))
    _visit(gate, clock)


def test_time_outs_in_a_row_close_it(gate: HostGate, clock: Clock) -> None:
    """Three, not two; any answer in between starts the count again, an error of HTTP too."""
    for answer in (None, HttpUnavailable("503"), HttpUnavailable("429")):
        for _ in range(2):
            _fail(gate, clock, FetchTimedOut("late"))
        if answer is None:
            _visit(gate, clock)
        else:
            _fail(gate, clock, answer)
    for _ in range(3):
        _fail(gate, clock, FetchTimedOut("late"))
    clock.seconds = 20.0
    with pytest.raises(HostBusy) as caught:
        _visit(gate, clock)
    assert caught.value.retry_after_seconds == 40.0


def test_a_failed_connection_neither_counts_nor_excuses(gate: HostGate, clock: Clock) -> None:
    """It costs no time, and proves nothing."""
    for _ in range(9):
        _fail(gate, clock, HostUnreachable("refused"))
    _visit(gate, clock)
    for _ in range(3):
        _fail(gate, clock, HostUnreachable("refused"))
        _fail(gate, clock, FetchTimedOut("late"))
    with pytest.raises(HostBusy):
        _visit(gate, clock)


def _close(gate: HostGate, clock: Clock) -> None:
    for _ in range(3):
        _fail(gate, clock, FetchTimedOut("late"))


def test_one_at_a_time_tries_a_closed_host_again(gate: HostGate, clock: Clock) -> None:
    """When the pause is over one goes in; others wait outside until it has come back with an answer."""
    _close(gate, clock)
    clock.seconds = 61.0
    with gate.visit(Deadline(5, clock)), pytest.raises(HostBusy):
        _visit(gate, clock)
    with gate.visit(Deadline(5, clock)):
        _visit(gate, clock)


def test_a_host_that_times_out_again_is_closed_again(gate: HostGate, clock: Clock) -> None:
    """One time-out is enough after a pause."""
    _close(gate, clock)
    clock.seconds = 61.0
    _fail(gate, clock, FetchTimedOut("late"))
    with pytest.raises(HostBusy) as caught:
        _visit(gate, clock)
    assert caught.value.retry_after_seconds == 60.0


def test_a_host_is_not_blamed_for_what_others_took(gate: HostGate, clock: Clock) -> None:
    """A time-out with little of the deadline left counts for nothing."""
    for _ in range(5):
        deadline = Deadline(10, clock)
        clock.seconds += 8.0
        with pytest.raises(FetchTimedOut), gate.visit(deadline):
            raise FetchTimedOut("late")
    _visit(gate, clock)


def test_a_spent_deadline_enters_nowhere(gate: HostGate, clock: Clock) -> None:
    """What has no time left does not ask, and is no time-out of the host."""
    for _ in range(5):
        deadline = Deadline(1, clock)
        clock.seconds += 2.0
        with pytest.raises(FetchTimedOut), gate.visit(deadline):
            raise AssertionError
    _visit(gate, clock)


def test_a_deadline_that_ends_at_the_gate_takes_no_slot(gate: HostGate, clock: Clock) -> None:
    """However late a thread runs on, its slot is given back."""

    def overrun() -> None:
        deadline = Deadline(10, clock)
        with gate.visit(deadline):
            clock.seconds += 11
            deadline.remaining_seconds()

    for _ in range(5):
        with pytest.raises(FetchTimedOut):
            overrun()
        _visit(gate, clock)


def test_nobody_queues_for_a_host_that_has_begun_to_time_out(gate: HostGate, clock: Clock) -> None:
    """Its waiters would fill their pool of threads: they are turned away at once."""
    for _ in range(2):
        _fail(gate, clock, FetchTimedOut("late"))
    with ExitStack() as inside:
        for _ in range(2):
            inside.enter_context(gate.visit(Deadline(5, clock)))
        # Waiting would take half of this, which the test's own time-out would not survive.
        with pytest.raises(HostBusy), gate.visit(Deadline(1_000_000, clock)):
            raise AssertionError


def test_other_failures_are_answers(gate: HostGate, clock: Clock) -> None:
    """A forbidden address or a refusal is nothing to wait for."""
    for error in (FetchTimedOut("late"), FetchTimedOut("late"), ForbiddenAddress("x"), FetchTimedOut("late")):
        _fail(gate, clock, error)
    _visit(gate, clock)


def test_each_host_has_its_gate(clock: Clock) -> None:
    """The same one each time, and another for another host; stopping stops them all, and those to come."""
    gates = HostGates(GateLimits(timeouts_to_close=1), clock)
    _fail(gates.of("https://a"), clock, FetchTimedOut("late"))
    with pytest.raises(HostBusy):
        _visit(gates.of("https://a"), clock)
    _visit(gates.of("https://b"), clock)
    gates.stop()
    for host in ("https://b", "https://c"):
        with pytest.raises(HostBusy, match="closing"):
            _visit(gates.of(host), clock)
