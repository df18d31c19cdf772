"""A record survives its payload, and a payload that is none is told."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.samples import a_record
from vector_store import EventSource, ImageState, ImageStatus, ProductRecord, Stamp, StoreCorrupt
from vector_store.identity import product_uuid

text = st.text(max_size=8)
number = st.integers(0, 2**52)
images = st.builds(
    ImageState,
    key=text,
    url=text,
    status=st.sampled_from(ImageStatus),
    public_id=st.none() | text,
    version=st.none() | text,
    reason=st.none() | text,
    http_status=st.none() | st.integers(100, 599),
    tries=st.integers(0, 9),
    first_failed_at_ms=st.none() | number,
    retry_at_ms=st.none() | number,
)
products = st.dictionaries(text, text | number | st.booleans() | st.lists(text, max_size=2), max_size=3)
records = st.builds(
    ProductRecord,
    product_id=text,
    stamp=st.builds(Stamp, number, number, number),
    images=st.lists(images, max_size=4).map(tuple),
    product=st.none()
    | st.dictionaries(text, text | number | st.booleans() | st.lists(text, max_size=2), max_size=3),
    digest=text,
    event_time_ms=number,
    indexed_time_ms=number,
    source=st.builds(EventSource, text, number, number),
)


@given(records)
def test_a_record_is_read_back_as_it_was_written(record: ProductRecord) -> None:
    """Through JSON, as engines keep it, nothing of a record is lost."""
    point = record.to_point()
    assert point.id == product_uuid(record.product_id)
    assert point.vector is None
    assert ProductRecord.from_payload(json.loads(json.dumps(dict(point.payload)))) == record


def test_what_pending_images_wait_for_is_indexed() -> None:
    """The payload has a field by which due records are found: the earliest retry, if any is pending."""
    soon, later, indexed = (
        ImageState(key=key, url=key, status=status, retry_at_ms=at)
        for key, status, at in (
            ("a", ImageStatus.PENDING, 5),
            ("b", ImageStatus.PENDING, 7),
            ("c", ImageStatus.INDEXED, 1),
        )
    )
    record = a_record("p", Stamp(2, 0))
    assert replace(record, images=(later, indexed, soon)).to_point().payload["retry_at"] == 5
    assert "retry_at" not in replace(record, images=(indexed,)).to_point().payload
    assert "retry_at" not in record.to_point().payload


def test_only_indexed_images_of_a_live_product_count() -> None:
    """A hit on a pending, failed or unlisted image does not count, nor one on a deleted product."""
    record = a_record("p", Stamp(2, 0), indexed=["a"], pending=["b"], failed=["c"])
    assert [record.lists_as_indexed(key) for key in "abcd"] == [True, False, False, False]
    assert not replace(record, stamp=Stamp(3, 0)).lists_as_indexed("a")
    assert (record.live, replace(record, stamp=Stamp(3, 0)).live) == (True, False)


def test_a_deleted_record_keeps_nothing_of_the_product() -> None:
    """It says that it is deleted, and has no data."""
    payload = a_record("p", Stamp(3, 0)).to_point().payload
    assert payload["state"] == "deleted"
    assert "data" not in payload


def test_fields_of_a_newer_release_are_ignored() -> None:
    """An older reader reads what it knows of a record."""
    record = a_record("p", Stamp(2, 0), indexed=["a"])
    payload = {**record.to_point().payload, "later": 1}
    assert ProductRecord.from_payload(payload) == record


WHOLE = dict(a_record("p", Stamp(2, 0), indexed=["a"]).to_point().payload)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        *(
            {name: value for name, value in WHOLE.items() if name != gone}
            for gone in WHOLE
            if gone not in {"kind", "state", "data"}
        ),
        {**WHOLE, "images": None},
        {**WHOLE, "images": [[1]]},
        {**WHOLE, "images": ["a"]},
        {**WHOLE, "images": [{"key": "a"}]},
        {**WHOLE, "images": [{"key": "a", "url": "a", "status": "lost"}]},
        {**WHOLE, "images": [{"key": 1, "url": "a", "status": "indexed"}]},
        {**WHOLE, "source": "topic"},
        {**WHOLE, "revision": "2"},
        {**WHOLE, "tie": None},
        {**WHOLE, "product_id": 7},
        {**WHOLE, "data": "shirt"},
    ],
)
def test_a_payload_of_another_shape_is_told(payload: dict[str, object]) -> None:
    """What is no record is StoreCorrupt, in one line, never a record with holes."""
    with pytest.raises(StoreCorrupt) as caught:
        ProductRecord.from_payload(payload)
    assert len(str(caught.value).splitlines()) == 1
