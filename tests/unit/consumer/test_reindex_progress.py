"""How far, how fast, how long."""

import pytest

from consumer.reindex.progress import BuildProgress, Pace, in_words, time_left_seconds


def pace(*seen: tuple[float, float]) -> Pace:
    made = Pace(window_seconds=10)
    for at_seconds, done in seen:
        made.note(at_seconds, done)
    return made


def test_the_speed_is_that_of_the_last_while() -> None:
    """A slow beginning is forgotten."""
    assert pace((0, 0), (100, 10), (105, 60), (110, 110)).per_second() == 10


def test_one_look_tells_no_speed() -> None:
    """Nor does none."""
    assert pace().per_second() is None
    assert pace((5, 7)).per_second() is None
    assert pace((5, 7)).seconds_for(3) is None
    assert pace((5, 7)).seconds_for(0) == 0


def test_what_takes_longest_decides() -> None:
    """Events are read and products embedded at the same time."""
    progress = BuildProgress(events_done=50, events_total=100, images_done=0, products_waiting=30)
    assert time_left_seconds(pace((0, 0), (5, 50)), pace((0, -40), (5, -30)), progress) == 15
    assert time_left_seconds(pace((0, 0), (5, 50)), pace((0, -30), (5, -30)), progress) is None


def test_it_is_finished_when_nothing_is_left() -> None:
    """All events read, no product due."""
    assert BuildProgress(5, 5, 0, 0).finished
    assert not BuildProgress(4, 5, 0, 0).finished
    assert not BuildProgress(5, 5, 0, 1).finished


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "time left unknown"),
        (5, "about 5 s left"),
        (600, "about 10 min left"),
        (9000, "about 2.5 h left"),
    ],
)
def test_people_read_it(seconds: float | None, words: str) -> None:
    """In the unit that they would use."""
    assert in_words(seconds) == words
