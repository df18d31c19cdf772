from dataclasses import replace

import numpy as np
import pytest

from consumer.image_retry import RetryPolicy
from consumer.product_state import StateRules, Tried, content_digest, state_of_event, state_of_retry
from consumer.steps.decide import Plan, decide
from consumer.steps.decode import DecodedEvent
from images.errors import HttpUnavailable, NotAnImage
from product_events import Product, ProductImage
from tests.unit.consumer.changes import NOON_MS, delete, indexed, keys, only, pending, record, update
from vector_store import ImageStatus, Stamp
from vector_store.points import Vector

_RULES = StateRules(RetryPolicy(), filterable_attributes={"colour": "keyword"})
_LATER_MS = NOON_MS + 5_000
_GONE = HttpUnavailable("503", status=503)
_BAD = NotAnImage("no image")


def _vector(number: int) -> Vector:
    return np.full(4, number, dtype=np.float32)


def _plan(event: DecodedEvent) -> Plan:
    plan = decide(only(event), None)
    assert isinstance(plan, Plan)
    return plan


def test_each_image_is_what_became_of_it() -> None:
    """Good images are indexed, bad ones failed, late ones pending; in the shop's order."""
    tried = Tried({"a": _vector(1)}, {"b": _BAD, "c": _GONE})
    state = state_of_event(_plan(update(2, "a", "b", "c", tie=7)), tried, now_ms=_LATER_MS, rules=_RULES)
    found = state.write.record
    assert keys(found.images) == ["a", "b", "c"]
    assert [image.status for image in found.images] == ["indexed", "failed", "pending"]
    assert (found.stamp, found.indexed_time_ms, found.event_time_ms) == (Stamp(4, 7, 0), _LATER_MS, NOON_MS)


def test_there_is_a_point_for_each_indexed_image_and_no_other() -> None:
    """The reused and the new alike carry the state's stamp: the record never lists what has no point."""
    tried = Tried({"a": _vector(1), "c": _vector(3)}, {"b": _BAD})
    write = state_of_event(_plan(update(2, "a", "b", "c")), tried, now_ms=_LATER_MS, rules=_RULES).write
    assert [(point.image_key, point.stamp) for point in write.points] == [
        ("a", write.record.stamp),
        ("c", write.record.stamp),
    ]
    assert [point.vector[0] for point in write.points] == [1, 3]


def test_an_image_that_failed_for_good_is_reported_once() -> None:
    """What failed for good in this try becomes a dead letter; what is pending does not."""
    tried = Tried({}, {"a": _BAD, "b": _GONE})
    state = state_of_event(_plan(update(2, "a", "b")), tried, now_ms=_LATER_MS, rules=_RULES)
    assert keys(state.failed) == ["a"]
    [image] = [image for image in state.write.record.images if image.key == "b"]
    retry = state_of_retry(
        state.write.record, Tried({}, {"b": _BAD}), now_ms=image.retry_at_ms or 0, rules=_RULES
    )
    assert keys(retry.failed) == ["b"]


def test_a_product_whose_images_all_fail_is_live_without_points() -> None:
    """It is in the index, findable by no picture, and its old points are gone with the write."""
    state = state_of_event(_plan(update(2, "a")), Tried({}, {"a": _BAD}), now_ms=_LATER_MS, rules=_RULES)
    assert (state.write.record.live, state.write.points) == (True, ())


def test_a_delete_keeps_a_record_without_its_data() -> None:
    """What the shop said is dropped; the stamp stays, so that a stale create is refused."""
    write = state_of_event(_plan(delete(2)), Tried({}, {}), now_ms=_LATER_MS, rules=_RULES).write
    assert (write.record.live, write.record.product, write.record.images, write.points) == (
        False,
        None,
        (),
        (),
    )
    assert (write.record.digest, write.record.stamp) == ("", Stamp(5, 0))


def test_the_record_keeps_what_was_said_but_for_the_images() -> None:
    """Images are kept once, with their states, their names and versions, and their URLs byte for byte."""
    image = ProductImage(url="https://x.example/Ä b.jpg", public_id="a", version="7")
    event = update(2, image, price=9.5)
    tried = Tried({image.key: _vector(1)}, {})
    found = state_of_event(_plan(event), tried, now_ms=_LATER_MS, rules=_RULES).write.record
    assert found.product == {"id": "p", "price": 9.5, "attributes": {}}
    [kept] = found.images
    assert (kept.key, kept.url, kept.public_id, kept.version) == (image.key, image.url, "a", "7")


def test_points_carry_the_fields_that_narrow_a_search() -> None:
    """Named fields and typed attributes go with every point, and nothing else of the product."""
    event = update(2, "a")
    product = Product.model_validate(
        {
            "id": "p",
            "name": "Shirt",
            "category": "shirt",
            "images": ["a"],
            "attributes": {"colour": "red", "x": 1},
        }
    )
    plan = _plan(replace(event, change=replace(event.change, product=product)))
    [point] = state_of_event(plan, Tried({"a": _vector(1)}, {}), now_ms=_LATER_MS, rules=_RULES).write.points
    assert point.filterable == {"category": "shirt", "attributes": {"colour": "red"}}


def test_a_retry_is_the_next_attempt_and_only_adds() -> None:
    """The same state with what came settled; what was indexed stays, and only new points are written."""
    known = record(2, indexed("a"), pending("b"), pending("c"), tie=7, attempt=1)
    state = state_of_retry(known, Tried({"b": _vector(2)}, {"c": _GONE}), now_ms=_LATER_MS, rules=_RULES)
    found = state.write.record
    assert found.stamp == Stamp(4, 7, 2)
    assert [image.status for image in found.images] == ["indexed", "indexed", "pending"]
    assert [(point.image_key, point.stamp) for point in state.write.points] == [("b", found.stamp)]
    assert (found.product, found.source, found.digest) == (known.product, known.source, known.digest)


def test_a_retry_leaves_alone_what_was_not_tried() -> None:
    """A pending image whose time has not come keeps its state."""
    known = record(2, pending("a"), pending("b"))
    state = state_of_retry(known, Tried({"a": _vector(1)}, {}), now_ms=_LATER_MS, rules=_RULES)
    assert state.write.record.images[1] == known.images[1]


@pytest.mark.parametrize("status", [ImageStatus.INDEXED, ImageStatus.FAILED])
def test_a_retry_never_touches_what_is_settled(status: ImageStatus) -> None:
    """An image that is not pending stays as it is, even if somebody tried it."""
    settled = replace(pending("a"), status=status, retry_at_ms=None)
    for tried in (Tried({}, {"a": _GONE}), Tried({"b": _vector(1)}, {})):
        state = state_of_retry(record(2, settled, pending("b")), tried, now_ms=_LATER_MS, rules=_RULES)
        assert state.write.record.images[0] == settled
        assert "a" not in {point.image_key for point in state.write.points}


def test_a_digest_tells_contents_apart() -> None:
    """Equal products have equal digests, whatever event brought them; other content has another."""
    one, same, other = (
        Product.model_validate({"id": "p", "price": price, "images": ["a"]}) for price in (1, 1.0, 2)
    )
    assert content_digest(one) == content_digest(same)
    assert content_digest(one) != content_digest(other)
    assert len(content_digest(one)) == 32
