"""The interpreter of a process that serves: garbage looked for less often, turns taken more often."""

import gc
import sys
from collections.abc import Iterator

import pytest

from telemetry.interpreter import collect_less_often, take_turns_often


@pytest.fixture(autouse=True)
def _usual_thresholds() -> Iterator[None]:
    usual = gc.get_threshold()
    yield
    gc.set_threshold(*usual)


def test_a_batch_of_events_is_decoded_without_a_look() -> None:
    """Its objects are in no cycle: whoever looks finds nothing."""
    collect_less_often()
    gc.collect()
    before = gc.get_stats()[0]["collections"]
    kept = [[number] for number in range(15_000)]
    assert gc.get_stats()[0]["collections"] == before
    kept += [[number] for number in range(15_000)]
    assert gc.get_stats()[0]["collections"] > before


def test_turns_are_taken_often() -> None:
    """Whoever waits for the interpreter beside a thread that computes waits a millisecond."""
    before = sys.getswitchinterval()
    try:
        take_turns_often()
        assert sys.getswitchinterval() == pytest.approx(0.001)
    finally:
        sys.setswitchinterval(before)
