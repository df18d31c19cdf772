from dataclasses import replace

import pytest

from consumer.steps.coalesce import coalesce
from consumer.steps.decode import DecodedEvent
from tests.unit.consumer.changes import delete, update


def test_the_highest_stamp_wins_whatever_the_order_of_arrival() -> None:
    """Of several events of a product, the latest in the shop's order is the one to apply."""
    [group] = coalesce([update(3, "c"), update(1, "a"), update(2, "b")])
    assert group.latest.change.order == 3


@pytest.mark.parametrize(
    ("loser", "winner"),
    [
        (update(3, "a"), delete(3)),
        (update(3, "a", tie=1), update(3, "b", tie=2)),
        (delete(3), update(4, "a")),
    ],
    ids=["a delete beats an update", "the higher tie", "a later update beats a delete"],
)
def test_ties_end_the_same_in_both_orders(loser: DecodedEvent, winner: DecodedEvent) -> None:
    """Events of the same moment end the same, whichever comes first."""
    for events in ([loser, winner], [winner, loser]):
        [group] = coalesce(events)
        assert group.latest is winner


def test_of_equal_events_the_first_stands() -> None:
    """A duplicate changes nothing, not even where in the log the state is said to stand."""
    [group] = coalesce([update(3, "a", offset=1), update(3, "a", offset=2)])
    assert group.latest.message.offset == 1


@pytest.mark.parametrize("place", range(3))
def test_a_refetch_is_not_lost_to_a_later_event(place: int) -> None:
    """If any of the events asks for the images to be downloaded again, they are."""
    [group] = coalesce([update(n, "a", refetch=n == place) for n in range(3)])
    assert group.refetch


def test_without_a_refetch_none_is_asked_for() -> None:
    """Events that do not ask for it do not download again."""
    [group] = coalesce([update(1, "a"), update(2, "a")])
    assert not group.refetch


def test_every_message_is_dealt_with_as_it_was_delivered() -> None:
    """The superseded ones are finished with the latest, under the positions at which they were read."""
    first = update(1, "a", offset=2)
    redriven = replace(first, delivered=replace(first.message, topic="letters.redrive", offset=77))
    [group] = coalesce([update(2, "a", offset=1), redriven, delete(1, offset=3)])
    assert [message.offset for message in group.messages] == [1, 77, 3]


def test_products_do_not_mix_and_keep_their_order() -> None:
    """Each product is a group of its own, in the order of first appearance."""
    groups = coalesce([update(1, product_id="q"), update(9, product_id="p"), update(2, product_id="q")])
    assert [(g.latest.change.product_id, g.latest.change.order, len(g.messages)) for g in groups] == [
        ("q", 2, 2),
        ("p", 9, 1),
    ]


def test_nothing_comes_of_nothing() -> None:
    """An empty batch has no groups."""
    assert coalesce([]) == []
