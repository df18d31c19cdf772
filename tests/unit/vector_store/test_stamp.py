"""The order of states, and the guard that says the same."""

from hypothesis import given
from hypothesis import strategies as st

from vector_store import Stamp
from vector_store.conditions import matches
from vector_store.stamp import image_point_below, record_below

small = st.builds(Stamp, st.integers(0, 3), st.integers(0, 3), st.integers(0, 2))
large = st.builds(Stamp, st.integers(0, 2**52 + 1), st.integers(0, 2**32 - 1), st.integers(0, 40))


def payload(stamp: Stamp) -> dict[str, object]:
    return {"revision": stamp.revision, "tie": stamp.tie, "attempt": stamp.attempt}


def test_a_delete_wins_over_an_update_of_the_same_time() -> None:
    """At one order, a delete is above every update, whatever their ties; a later update is above it."""
    update = Stamp.of_event(order=7, deleted=False, tie=2**32 - 1)
    delete = Stamp.of_event(order=7, deleted=True, tie=0)
    assert update < delete < Stamp.of_event(order=8, deleted=False, tie=0)
    assert (update.deleted, delete.deleted) == (False, True)
    assert (update.revision, delete.revision) == (14, 15)


def test_the_highest_order_still_has_an_exact_revision() -> None:
    """At an order of 2**51 update and delete differ as floats too, which is what engines compare."""
    update, delete = (Stamp.of_event(order=2**51, deleted=deleted, tie=0) for deleted in (False, True))
    assert float(update.revision) < float(delete.revision) == 2**52 + 1


def test_an_attempt_is_above_its_own_state_only() -> None:
    """Trying pending images again makes a state higher than itself and lower than every other above it."""
    state = Stamp(4, 9)
    assert state < state.next_attempt() < state.next_attempt().next_attempt() < Stamp(4, 10)
    assert state.next_attempt() == Stamp(4, 9, 1)


@given(small | large, small | large)
def test_the_guards_say_what_comparing_says(there: Stamp, new: Stamp) -> None:
    """A record may be replaced by a higher stamp; an image point by a higher revision and tie."""
    assert matches(record_below(new), payload(there)) == (there < new)
    assert matches(image_point_below(new), payload(there)) == (
        (there.revision, there.tie) < (new.revision, new.tie)
    )


def test_what_has_no_stamp_is_below_none() -> None:
    """A point that is none of ours is never replaced or removed by a guard."""
    assert not matches(record_below(Stamp(9, 9, 9)), {})
    assert not matches(image_point_below(Stamp(9, 9, 9)), {"revision": "1", "tie": None})
