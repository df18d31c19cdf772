"""Whatever arrives in whatever order and batches, the index ends as the fold of the log."""

from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from consumer.steps.decode import DecodedEvent
from product_events import ProductChange
from tests.properties.event_lists import cuts, event_lists, split
from tests.properties.explorer.shop_log import fold_of
from tests.properties.small_consumer import SmallConsumer
from vector_store import ImageStatus


@given(events=event_lists(), at=cuts)
def test_any_batching_of_any_arrival_ends_as_the_fold(events: list[DecodedEvent], at: Sequence[int]) -> None:
    """Searches show the images of each product's last event, and its record says what that event said."""
    consumer = SmallConsumer()
    for batch in split(events, at):
        consumer.consume(batch)
    _assert_is_fold(consumer, events)


@given(events=event_lists(), at=cuts, other=cuts, order=st.randoms(use_true_random=False))
def test_two_arrivals_and_batchings_end_alike(
    events: list[DecodedEvent], at: Sequence[int], other: Sequence[int], order: Random
) -> None:
    """The same events shuffled and cut otherwise leave the same records, but for their places in the log."""
    one, two = SmallConsumer(), SmallConsumer()
    shuffled = order.sample(events, len(events))
    for batch in split(events, at):
        one.consume(batch)
    for batch in split(shuffled, other):
        two.consume(batch)
    assert one.shown() == two.shown()
    assert {name: (r.stamp, r.images, r.product) for name, r in one.records().items()} == {
        name: (r.stamp, r.images, r.product) for name, r in two.records().items()
    }


@given(events=event_lists(), at=cuts, answers=st.lists(st.booleans(), max_size=30))
def test_images_that_fail_for_now_end_in_the_fold_too(
    events: list[DecodedEvent], at: Sequence[int], answers: list[bool]
) -> None:
    """With a host that fails now and then, the index equals the fold once nothing is pending any more."""
    coming = iter(answers)
    consumer = SmallConsumer(lambda: next(coming, True))
    for batch in split(events, at):
        consumer.consume(batch)
        consumer.mend()
    while consumer.index.count_pending():
        consumer.mend()
    _assert_is_fold(consumer, events)


def _assert_is_fold(consumer: SmallConsumer, events: Sequence[DecodedEvent]) -> None:
    fold = fold_of(events)
    assert consumer.shown() == {name: _keys(last) for name, last in fold.items() if _keys(last)}
    records = consumer.records()
    assert records.keys() == fold.keys()
    for name, last in fold.items():
        record = records[name]
        assert record.live is not last.deleted
        assert frozenset(image.key for image in record.images) == _keys(last)
        assert all(image.status is ImageStatus.INDEXED for image in record.images)
        assert (record.product or {}).get("category") == (last.product.category if last.product else None)


def _keys(change: ProductChange) -> frozenset[str]:
    return frozenset(image.key for image in change.product.images) if change.product else frozenset()
