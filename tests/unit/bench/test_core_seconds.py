import os

import pytest

from bench.core_seconds import Clocks, Effort


def test_an_effort_is_the_difference_of_two_moments() -> None:
    """What was used before the work began is not the work's, and what others use is not its own."""
    start = Clocks(seconds=100.0, measured=30.0, kafka=1.0, family=40.0, machine=500.0)
    end = Clocks(seconds=110.0, measured=36.0, kafka=1.5, family=48.0, machine=513.0)
    effort = Effort.between(start, end)
    assert (effort.seconds, effort.core_seconds, effort.kafka_core_seconds) == (10.0, 6.0, 0.5)
    assert effort.around_core_seconds == 2.0
    assert effort.other_work_cores == pytest.approx(0.5)


def test_a_process_that_computes_uses_core_seconds() -> None:
    """Work shows as the process's own, its family's and the machine's."""
    before = Clocks.of(os.getpid())
    while (now := Clocks.of(os.getpid())).measured < before.measured + 0.05:
        sum(range(10_000))
    # The family is read a moment before: one of the kernel's hundredths may end in between.
    assert now.family >= before.family + 0.03
    assert now.machine > before.machine
    assert Effort.between(before, now).around_core_seconds == pytest.approx(0, abs=0.05)
