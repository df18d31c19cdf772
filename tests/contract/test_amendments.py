"""A state that is put right without an event: only what is still as it was read is changed."""

from dataclasses import replace
from itertools import product

import pytest

from tests.contract.samples import EVERYTHING, a_record, a_write, insert, number_id, stored
from vector_store import (
    Collection,
    ImageStatus,
    ProductIndex,
    ProductRecord,
    Stamp,
    pending_again,
)
from vector_store.amendments import remove_these_below, replace_as_read
from vector_store.identity import image_point_uuid, product_uuid
from vector_store.points import DeletePoints

SMALL_STAMPS = [Stamp(*parts) for parts in product((2, 4), (0, 1), (0, 1, 2))]
NOW_MS = 1_700_000_000_000


def again(record: ProductRecord, *keys: str) -> ProductRecord:
    return pending_again(record, keys, now_ms=NOW_MS, reason="its point is missing")


@pytest.mark.parametrize("read", SMALL_STAMPS, ids=str)
def test_a_record_is_amended_only_as_it_was_read(collection: Collection, read: Stamp) -> None:
    """Of all small stamps that the record may have by now, only the one that was read gives way."""
    amended = again(a_record("p", read, indexed=["a.jpg"]), "a.jpg")
    for there in SMALL_STAMPS:
        collection.apply([DeletePoints(EVERYTHING)])
        now = a_record("p", there, indexed=["a.jpg"])
        insert(collection, [now.to_point()])
        collection.apply([replace_as_read(amended)])
        assert ProductIndex(collection).record("p") == (amended if there == read else now)


def test_an_image_that_is_pending_again_is_due_at_once(collection: Collection) -> None:
    """The mender finds it by its time, the search does not, and the other images are as they were."""
    index = ProductIndex(collection)
    record = a_record("p", Stamp(2, 5), indexed=["a", "b"], failed=["c"])
    index.write([a_write(record)])
    index.amend(again(record, "a", "c"))
    [due] = index.due(NOW_MS, limit=9)
    assert due.stamp == Stamp(2, 5, attempt=1)
    assert [(image.key, image.status, image.retry_at_ms, image.tries) for image in due.images] == [
        ("a", ImageStatus.PENDING, NOW_MS, 0),
        ("b", ImageStatus.INDEXED, None, 0),
        ("c", ImageStatus.PENDING, NOW_MS, 0),
    ]


def test_a_mender_that_has_read_the_old_record_is_refused(collection: Collection) -> None:
    """What it lists was true of the old record: it must not list a point that is gone."""
    index = ProductIndex(collection)
    record = a_record("p", Stamp(2, 0), indexed=["a"], pending=["b"])
    index.write([a_write(record)])
    index.amend(amended := again(record, "a"))
    late = replace(a_record("p", Stamp(2, 0, attempt=1), indexed=["a", "b"]), images=record.images)
    index.write([a_write(late, only=["b"])])
    assert index.record("p") == amended


def test_only_points_that_were_named_and_are_lower_are_removed(collection: Collection) -> None:
    """A named point that was written again meanwhile stays, and so does what nobody named."""
    index = ProductIndex(collection)
    index.write([a_write(a_record("p", Stamp(2, 1), indexed=["old", "kept", "again"]))])
    index.write([a_write(a_record("q", Stamp(2, 1), indexed=["old"]))])
    newer = a_write(a_record("p", Stamp(4, 0), indexed=["again"])).points[0].to_point()
    insert(collection, [newer])
    named = [image_point_uuid("p", key) for key in ("old", "again")] + [product_uuid("p"), number_id(7)]
    for lower in (Stamp(2, 0), Stamp(2, 1)):
        before = set(stored(collection))
        collection.apply([remove_these_below("p", lower, named)])
        assert set(stored(collection)) == before
    before = set(stored(collection))
    collection.apply([remove_these_below("p", Stamp(4, 0), named)])
    assert before - set(stored(collection)) == {image_point_uuid("p", "old")}
