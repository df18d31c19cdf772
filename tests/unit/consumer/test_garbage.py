"""Garbage is looked for less often than Python would."""

import gc
from collections.abc import Iterator

import pytest

from consumer.garbage import collect_less_often


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
