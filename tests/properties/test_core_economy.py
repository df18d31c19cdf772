"""What need not be done again is not: the index is asked first, and vectors serve again."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import assume, given

from consumer.steps.coalesce import coalesce
from consumer.steps.decode import DecodedEvent
from tests.properties.event_lists import cuts, event_lists, says, split
from tests.properties.explorer.shop_log import Says, decoded
from tests.properties.small_consumer import SmallConsumer


@given(events=event_lists(), at=cuts)
def test_a_replay_over_an_index_that_is_up_to_date_plans_nothing(
    events: list[DecodedEvent], at: Sequence[int]
) -> None:
    """Read again from the start, in any batches, every event is superseded: no download, no write."""
    consumer = SmallConsumer()
    consumer.consume(events)
    assert [plan for batch in split(events, at) for plan in consumer.plans(batch)] == []


@given(events=event_lists(), said=says)
def test_a_change_of_anything_but_images_plans_no_download(events: list[DecodedEvent], said: Says) -> None:
    """A later event with the same images, or fewer, reuses every vector."""
    assume(said.images is not None)
    consumer = SmallConsumer()
    consumer.consume([*events, decoded(replace(said, order=5), 0, 100)])
    fewer = (said.images or "")[:-1]
    for images in (said.images, fewer):
        [plan] = consumer.plans([decoded(replace(said, order=6, images=images, category="dearer"), 0, 101)])
        assert plan.fetch == ()
        assert len(plan.reuse) == len(images or "")


@given(events=event_lists(), said=says)
def test_refetch_plans_every_download(events: list[DecodedEvent], said: Says) -> None:
    """An event that asks for it has all its images fetched, however many of them are known."""
    consumer = SmallConsumer()
    consumer.consume(events)
    event = decoded(replace(said, order=5, images="abc"), 0, 100)
    [plan] = consumer.plans([replace(event, change=replace(event.change, refetch=True))])
    assert (len(plan.fetch), plan.reuse) == (3, ())


@given(events=event_lists(), at=cuts)
def test_coalescing_keeps_every_message_and_the_last_state(
    events: list[DecodedEvent], at: Sequence[int]
) -> None:
    """Each message is in one group, each product is one group, and the group's latest is the last of it."""
    for batch in split(events, at):
        groups = coalesce(batch)
        assert sorted(m.offset for group in groups for m in group.messages) == sorted(
            event.message.offset for event in batch
        )
        products = [group.latest.change.product_id for group in groups]
        assert products == list(dict.fromkeys(event.change.product_id for event in batch))
        for event in batch:
            [group] = [each for each in groups if each.latest.change.product_id == event.change.product_id]
            assert group.latest.stamp >= event.stamp
