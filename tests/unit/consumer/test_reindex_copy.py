"""What a new generation takes over of another one's record."""

from dataclasses import replace

from consumer.reindex.copied_record import copied_write
from tests.contract.samples import vector_of
from vector_store import EventSource, ImageState, ImageStatus, ProductRecord, ProductWrite, Stamp

_NOW_MS = 1_790_000_000_000
_PENDING = ImageState(
    "c", "c", ImageStatus.PENDING, tries=2, first_failed_at_ms=5, retry_at_ms=_NOW_MS + 9, reason="503"
)
_RECORD = ProductRecord(
    product_id="p",
    stamp=Stamp(8, 3, attempt=2),
    images=(
        ImageState("a", "data:a", ImageStatus.INDEXED, version="1"),
        ImageState("b", "b", ImageStatus.FAILED, reason="404"),
        _PENDING,
    ),
    product={"id": "p", "category": "shirt", "attributes": {"colour": "red"}},
    digest="d",
    event_time_ms=1,
    indexed_time_ms=2,
    source=EventSource("products", 0, 7),
)


def copied(record: ProductRecord = _RECORD, *, known: str = "", anew: bool = False) -> ProductWrite:
    return copied_write(
        record,
        {key: vector_of(key) for key in known},
        anew=anew,
        filterable_attributes={"colour": "keyword"},
        now_ms=_NOW_MS,
    )


def test_with_another_model_its_images_are_due_at_once() -> None:
    """What was found is to be embedded again from where it is; what was given up or waits, stays as it is."""
    write = copied()
    found, failed, pending = write.record.images
    assert (found.status, found.retry_at_ms, found.url, found.version) == (
        ImageStatus.PENDING,
        _NOW_MS,
        "data:a",
        "1",
    )
    assert (failed, pending) == _RECORD.images[1:]
    assert write.points == ()


def test_it_has_the_stamp_that_its_event_gives() -> None:
    """Revision and tie are kept; the attempts of the other generation are not this one's."""
    assert copied().record.stamp == Stamp(8, 3, attempt=0)


def test_with_the_same_model_vectors_come_along() -> None:
    """An image whose vector is known is found at once, under the fields that this generation filters by."""
    write = copied(known="a")
    [point] = write.points
    assert write.record.images == _RECORD.images
    assert (point.image_key, point.stamp) == ("a", write.record.stamp)
    assert point.filterable["attributes"] == {"colour": "red"}


def test_a_vector_of_an_image_that_is_not_found_is_not_taken() -> None:
    """What the record gave up stays given up, whatever point may be left over."""
    assert [point.image_key for point in copied(known="ab").points] == ["a"]


def test_anew_everything_is_downloaded_again() -> None:
    """Known, given up and waiting images alike are due at once, with all their time before them."""
    write = copied(known="a", anew=True)
    assert {image.status for image in write.record.images} == {ImageStatus.PENDING}
    assert {image.retry_at_ms for image in write.record.images} == {_NOW_MS}
    assert {image.first_failed_at_ms for image in write.record.images} == {None}
    assert write.points == ()


def test_a_deleted_product_is_copied_too() -> None:
    """Its record refuses stale creates; it has nothing to embed."""
    deleted = replace(_RECORD, stamp=Stamp(9, 0), images=(), product=None)
    write = copied(deleted)
    assert write.record == replace(deleted, indexed_time_ms=_NOW_MS)
    assert not write.record.live
