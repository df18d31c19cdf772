"""A generation that is seeded from another's records equals the fold, whatever happens meanwhile."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consumer.reindex.copied_record import copied_write
from tests.properties.event_lists import says
from tests.properties.explorer.shop_log import Says
from tests.properties.seeding_world import CRASH, GO_ON, LOG, MOVES, OTHER_BUILDER, SeedingWorld
from vector_store import ImageStatus, ProductRecord, ProductWrite

History: TypeAlias = tuple[list[Says], int, list[str], bool]
"""What is said, how much of it the promoted generation has read before, what happens, and whether both
generations are of one model."""
Mutant: TypeAlias = Callable[[ProductWrite, ProductRecord], ProductWrite]

READS = ("old reads", "old reads", "new reads")
move_lists = st.lists(
    st.sampled_from([*MOVES, *MOVES, *READS, GO_ON, GO_ON, CRASH, OTHER_BUILDER]), max_size=120
)
histories = st.tuples(st.lists(says, min_size=2, max_size=7), st.integers(0, 4), move_lists, st.booleans())

# After the positions were noted an event arrives. The old generation settles its image by a second attempt,
# and the new one reads it from the log, both before its record is copied.
SETTLED_IN_BOTH: History = (
    [Says(1, "a")],
    0,
    [
        GO_ON,
        *("host", "publish", *["old reads"] * 8, "host", *["old mends"] * 6, GO_ON),
        GO_ON,
        *(*["new reads"] * 8, GO_ON),
    ],
    False,
)

# The old generation has read a delete; what it outranks is still to come.
STALE_CREATE: History = ([Says(2, None), Says(1, "a")], 1, [], False)
# The product is copied; before the copy is whole, the old generation reads the product's next event.
READ_AFTER_THE_COPY: History = (
    [Says(1, "a"), Says(2, "b")],
    1,
    [*[GO_ON] * 5, "publish", *["old reads"] * 8],
    False,
)
# The same, and the log forgets that event.
FORGOTTEN_AFTER_THE_COPY: History = (*READ_AFTER_THE_COPY[:2], [*READ_AFTER_THE_COPY[2], "shorten"], False)


def live_through(history: History) -> None:
    """The promoted generation reads some events; then a new one is built, and others get on meanwhile."""
    said, before, moves, same_model = history
    world = SeedingWorld(said, moves, same_model=same_model)
    for _ in range(before):
        world.happens("publish")
    for _ in range(6 * before):
        world.happens("old reads")
    world.build()
    world.check()
    world.settle()
    world.check()
    assert world.shown() == world.expected()
    for _ in world.land_all():
        world.check()
        world.mend_all()
        assert world.shown() == world.expected()


@settings(max_examples=200)
@given(histories)
@example(SETTLED_IN_BOTH)
@example(STALE_CREATE)
@example(FORGOTTEN_AFTER_THE_COPY)
def test_a_seeded_generation_equals_the_fold(history: History) -> None:
    """Two builders, crashes, late requests, retention, and events from both sides at any moment."""
    live_through(history)


def _leaves_out_deletes(write: ProductWrite, record: ProductRecord) -> ProductWrite:
    # A state below every other changes nothing where there is one.
    return (
        write if record.live else ProductWrite(replace(record, stamp=replace(record.stamp, revision=0)), ())
    )


def _lists_what_has_no_vector(write: ProductWrite, _record: ProductRecord) -> ProductWrite:
    images = tuple(replace(i, status=ImageStatus.INDEXED, retry_at_ms=None) for i in write.record.images)
    return ProductWrite(replace(write.record, images=images), write.points)


def _keeps_the_attempt(write: ProductWrite, record: ProductRecord) -> ProductWrite:
    return ProductWrite(replace(write.record, stamp=record.stamp), write.points)


def mutate(monkeypatch: pytest.MonkeyPatch, mutant: Mutant) -> None:
    """Records are copied by the mutant from now on."""

    def mutated(record: ProductRecord, *given: Any, **named: Any) -> ProductWrite:
        return mutant(copied_write(record, *given, **named), record)

    monkeypatch.setattr("consumer.reindex.seeding.copied_write", mutated)


@pytest.mark.parametrize(
    ("mutant", "history"),
    [
        (_leaves_out_deletes, STALE_CREATE),
        (_lists_what_has_no_vector, ([Says(1, "a")], 1, [], False)),
        (_keeps_the_attempt, SETTLED_IN_BOTH),
    ],
)
def test_each_rule_of_the_copy_is_needed(
    monkeypatch: pytest.MonkeyPatch, mutant: Mutant, history: History
) -> None:
    """A copy that breaks one of its rules is caught, where the proper one is right."""
    live_through(history)
    mutate(monkeypatch, mutant)
    with pytest.raises(AssertionError):
        live_through(history)


def test_positions_are_noted_before_the_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new group that starts where the promoted one stands after the copy loses events."""
    live_through(READ_AFTER_THE_COPY)
    is_short = SeedingWorld.is_short

    def starts_late(world: SeedingWorld, starts: Mapping[tuple[str, int], int]) -> bool:
        world.start_target(world.of_source())
        return is_short(world, starts)

    monkeypatch.setattr(SeedingWorld, "is_short", starts_late)
    with pytest.raises(AssertionError):
        live_through(READ_AFTER_THE_COPY)


def test_a_log_that_was_shortened_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who goes on from where the log begins now, instead of copying once more, loses events."""
    live_through(FORGOTTEN_AFTER_THE_COPY)
    monkeypatch.setattr(SeedingWorld, "is_short", lambda _world, _starts: False)
    monkeypatch.setattr(
        SeedingWorld, "copy_once_more", lambda world: world.start_target({(LOG, 0): world.low})
    )
    with pytest.raises(AssertionError):
        live_through(FORGOTTEN_AFTER_THE_COPY)
