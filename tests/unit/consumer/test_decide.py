from dataclasses import replace

import numpy as np
import pytest

from consumer.steps.decide import Plan, Superseded, decide, without_vectors_missing
from product_events import ProductImage
from tests.unit.consumer.changes import delete, indexed, keys, only, pending, record, update
from vector_store import EventSource, ImageStatus, Stamp

_VECTOR = np.ones(4, dtype=np.float32)


def _plan(*args: object, **kwargs: object) -> Plan:
    decision = decide(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they are
    assert isinstance(decision, Plan)
    return decision


def test_an_unknown_product_is_fetched_whole() -> None:
    """Without a record every image is downloaded."""
    plan = _plan(only(update(1, "a", "b")), None)
    assert (keys(plan.fetch), plan.reuse) == (["a", "b"], ())


@pytest.mark.parametrize(
    "known",
    [record(3), record(2, tie=5), record(2, tie=5, attempt=2), replace(record(2), stamp=Stamp(5, 0))],
    ids=["later", "the same", "the same, tried again", "a delete of the same moment"],
)
def test_what_is_not_above_the_record_is_superseded(known: object) -> None:
    """An event that the index holds already, or a later one than it, asks for nothing."""
    events = only(update(2, "a", tie=5))
    assert decide(events, known) == Superseded(events)  # type: ignore[arg-type]  # each is a record


@pytest.mark.parametrize(
    "known",
    [record(1), record(2, tie=4, attempt=9), replace(record(1), stamp=Stamp(3, 0))],
    ids=["earlier", "the same moment, a lower tie", "an earlier delete"],
)
def test_what_is_above_the_record_is_planned(known: object) -> None:
    """A later event is applied, however often the earlier state's images were tried."""
    assert isinstance(decide(only(update(2, "a", tie=5)), known), Plan)  # type: ignore[arg-type]  # each is a record


def test_known_images_are_reused_and_new_ones_fetched() -> None:
    """Only what has no vector is downloaded, in the shop's order."""
    plan = _plan(only(update(2, "c", "a", "b")), record(1, indexed("a"), indexed("x")))
    assert (keys(plan.fetch), plan.reuse) == (["c", "b"], ("a",))


@pytest.mark.parametrize("status", [ImageStatus.PENDING, ImageStatus.FAILED])
def test_an_image_without_a_vector_is_tried_again(status: ImageStatus) -> None:
    """A pending or failed image of the earlier state gets a new try with the new one."""
    plan = _plan(only(update(2, "a")), record(1, replace(pending("a"), status=status)))
    assert keys(plan.fetch) == ["a"]


def test_another_version_is_another_image() -> None:
    """A picture that changed behind its URL is downloaded where the shop says so by the image's version."""
    image = ProductImage(url="a", version="2")
    plan = _plan(only(update(2, image)), record(1, indexed("a")))
    assert keys(plan.fetch) == [image.key]


def test_refetch_downloads_what_is_known() -> None:
    """An event that asks for it has all its images downloaded."""
    plan = _plan(only(update(2, "a", "b", refetch=True)), record(1, indexed("a"), indexed("b")))
    assert (keys(plan.fetch), plan.reuse) == (["a", "b"], ())


def test_a_delete_needs_nothing() -> None:
    """A deleted product has no images to fetch or reuse."""
    plan = _plan(only(delete(2)), record(1, indexed("a")))
    assert (plan.fetch, plan.reuse, plan.stamp) == ((), (), Stamp(5, 0))


def test_a_plan_tells_where_its_event_stands() -> None:
    """The state's source is the winning event's message."""
    plan = _plan(only(update(2, "a", offset=17)), None)
    assert (plan.source, plan.change.order) == (EventSource("products", 0, 17), 2)


def test_a_vector_that_turns_out_missing_is_fetched() -> None:
    """Between the two look-ups a point may be removed: its image is then downloaded, in the shop's order."""
    plan = _plan(only(update(2, "a", "b", "c")), record(1, indexed("a"), indexed("c")))
    mended = without_vectors_missing(plan, {"c": _VECTOR})
    assert (keys(mended.fetch), mended.reuse) == (["a", "b"], ("c",))


def test_a_plan_whose_vectors_are_there_stays_as_it_is() -> None:
    """Nothing is fetched that need not be."""
    plan = _plan(only(update(2, "a", "b")), record(1, indexed("a")))
    assert without_vectors_missing(plan, {"a": _VECTOR}) is plan
    deletion = _plan(only(delete(2)), None)
    assert without_vectors_missing(deletion, {}) is deletion
