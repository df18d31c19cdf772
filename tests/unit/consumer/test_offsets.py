import pytest

from consumer.offsets import OffsetTracker

_FIRST = ("products", 0)
_OTHER = ("products", 1)


@pytest.fixture
def tracker() -> OffsetTracker:
    tracker = OffsetTracker()
    for offset in (5, 6, 7):
        tracker.begin(*_FIRST, offset)
    return tracker


def test_a_partition_that_was_never_read_is_not_committed() -> None:
    """Without messages there is nothing to say."""
    assert OffsetTracker().committable() == {}


def test_nothing_is_committed_past_an_open_message(tracker: OffsetTracker) -> None:
    """Later messages that are finished wait for the first that is not."""
    tracker.finish(*_FIRST, 6)
    tracker.finish(*_FIRST, 7)
    assert tracker.committable() == {_FIRST: 5}
    tracker.finish(*_FIRST, 5)
    assert tracker.committable() == {_FIRST: 8}


def test_what_is_committed_is_not_committed_again(tracker: OffsetTracker) -> None:
    """Only what the broker has not stored is to be sent; a new message alone changes nothing."""
    tracker.finish(*_FIRST, 5)
    tracker.committed(_FIRST, 6)
    assert tracker.committable() == {}
    tracker.finish(*_FIRST, 6)
    assert tracker.committable() == {_FIRST: 7}


def test_partitions_do_not_wait_for_each_other(tracker: OffsetTracker) -> None:
    """A message that is stuck holds up its own partition only."""
    tracker.begin(*_OTHER, 40)
    tracker.finish(*_OTHER, 40)
    assert tracker.committable() == {_FIRST: 5, _OTHER: 41}
    assert tracker.positions() == {_FIRST: 5, _OTHER: 41}


def test_gaps_in_the_log_are_stepped_over(tracker: OffsetTracker) -> None:
    """A compacted log, or a transaction's marker, has offsets that no message has."""
    for offset in (5, 6, 7):
        tracker.finish(*_FIRST, offset)
    tracker.begin(*_FIRST, 20)
    assert tracker.committable() == {_FIRST: 20}
    tracker.finish(*_FIRST, 20)
    assert tracker.committable() == {_FIRST: 21}


def test_open_messages_are_those_that_are_not_dealt_with(tracker: OffsetTracker) -> None:
    """A message finished behind an open one is no longer open, though it cannot be committed yet."""
    tracker.begin(*_OTHER, 40)
    tracker.finish(*_FIRST, 6)
    assert (tracker.open_messages(), tracker.open_messages([_FIRST]), tracker.open_messages([_OTHER])) == (
        3,
        2,
        1,
    )


def test_a_partition_that_went_away_is_forgotten(tracker: OffsetTracker) -> None:
    """Nothing of it is open or committed any more, and what finishes late is ignored."""
    tracker.forget([_FIRST])
    tracker.finish(*_FIRST, 5)
    tracker.committed(_FIRST, 6)
    assert (tracker.committable(), tracker.open_messages()) == ({}, 0)


def test_a_partition_that_came_back_starts_anew(tracker: OffsetTracker) -> None:
    """It is read again from what is stored; what was finished before it went counts for nothing."""
    tracker.finish(*_FIRST, 6)
    tracker.forget([_FIRST])
    for offset in (5, 6):
        tracker.begin(*_FIRST, offset)
    tracker.finish(*_FIRST, 5)
    assert tracker.committable() == {_FIRST: 6}


def test_work_that_outlived_its_assignment_counts_once_it_is_read_again(tracker: OffsetTracker) -> None:
    """A message taken in twice is dealt with when either work on it is; one not yet taken in again is not."""
    tracker.forget([_FIRST])
    tracker.begin(*_FIRST, 5)
    tracker.finish(*_FIRST, 5)
    tracker.finish(*_FIRST, 7)
    for offset in (6, 7):
        tracker.begin(*_FIRST, offset)
    tracker.finish(*_FIRST, 6)
    assert (tracker.committable(), tracker.open_messages()) == ({_FIRST: 7}, 1)


def test_the_end_of_a_log_lies_behind_what_it_holds_no_message_for() -> None:
    """A transaction's mark is passed once everything before is dealt with; reading goes on from there."""
    offsets = OffsetTracker()
    offsets.begin("products", 0, 5)
    offsets.reached_end("products", 0, 7)
    assert offsets.positions() == {("products", 0): 5}
    assert offsets.kept_up() == {}
    offsets.finish("products", 0, 5)
    assert offsets.committable() == offsets.kept_up() == {("products", 0): 7}
    offsets.begin("products", 0, 8)
    assert offsets.positions() == {("products", 0): 8}
    offsets.finish("products", 0, 8)
    assert offsets.kept_up() == {}


def test_an_empty_log_is_read_to_its_end() -> None:
    """Its end is a position to commit, although no message was ever taken in."""
    offsets = OffsetTracker()
    offsets.reached_end("products", 1, 3)
    assert offsets.committable() == offsets.kept_up() == {("products", 1): 3}
    offsets.forget([("products", 1)])
    assert offsets.kept_up() == {}
