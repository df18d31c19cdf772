import base64
import json
from typing import Any

import pytest

from product_events import NotAnEvent, UnknownEventType, decode_event
from tests.unit.product_events.messages import (
    BY_TIME,
    TIME,
    TIMESTAMP_MS,
    binary,
    decoded,
    message,
    structured,
)

SHIRT = {"id": "a1", "name": "Linen shirt"}


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b" ",
        b"\x00\xff\xfe",
        b"not json",
        b'{"specversion":"1.0"',
        b"null",
        b"true",
        b"42",
        b'"text"',
        b"[]",
        b"{}",
        b'{"hello":"world"}',
        b"\xef\xbb\xbf{}",
        b'{"type":"product.created","source":"/s","data":{"id":"a","name":"\xff"}}',
        rb'{"type":"product.created","source":"/s","data":{"id":"a","name":"\ud800"}}',
        b'{"type":"product.created","source":"/s","data":{"id":"a","price":NaN}}',
        b'{"type":"product.created","source":"/s","data":{"id":"a","price":1e999}}',
        nested(100_000),
        b'{"type":"product.created","source":"/s","data":' + nested(5_000) + b"}",
    ],
)
def test_bytes_that_are_no_event_are_refused(value: bytes) -> None:
    """A value that is no CloudEvent in JSON is NotAnEvent, whatever is wrong with it."""
    with pytest.raises(NotAnEvent):
        decode_event(message(value), BY_TIME)


@pytest.mark.parametrize(
    "attributes",
    [
        {"specversion": "0.3"},
        {"specversion": "2.0"},
        {"specversion": 1.0},
        {"source": None},
        {"source": ""},
        {"source": ["/shop"]},
        {"type": None},
        {"type": ""},
        {"type": 7},
        {"type": {"a": 1}},
        {"id": ""},
        {"id": 7},
        {"time": 1_795_000_000},
        {"time": ""},
        {"time": "yesterday"},
        {"time": "2026-11-18"},
        {"time": "2026-11-18T11:06:40"},
        {"time": "2026-13-18T11:06:40Z"},
        {"time": "\uff12026-11-18T11:06:40Z"},
        {"time": ["2026-11-18T11:06:40Z"]},
    ],
)
def test_malformed_attributes_are_refused(attributes: dict[str, Any]) -> None:
    """A CloudEvents attribute that is read and is malformed makes the message NotAnEvent."""
    with pytest.raises(NotAnEvent):
        decoded(SHIRT, **attributes)


@pytest.mark.parametrize(
    "attributes",
    [
        {"id": None},
        {"subject": ""},
        {"subject": 7},
        {"dataschema": []},
        {"datacontenttype": "text/plain"},
        {"traceParent": "00-ab"},
        {"with-dash": {"nested": True}},
        {"partitionkey": 12},
    ],
)
def test_attributes_that_nothing_reads_cannot_fail_an_event(attributes: dict[str, Any]) -> None:
    """An attribute that is not needed may be missing, wrong or unknown."""
    assert decoded(SHIRT, **attributes).product_id == "a1"


def test_null_attributes_are_absent() -> None:
    """An attribute of null counts as left out, as the CloudEvents JSON format demands."""
    event = {"source": "/shop", "type": "product.updated", "time": None, "subject": None, "data": SHIRT}
    change = decode_event(message(json.dumps(event).encode(), timestamp_ms=5), BY_TIME)
    assert change.order == 5


def test_an_event_without_a_time_gets_the_timestamp_of_its_record() -> None:
    """The SDK's default of now never becomes an event's time."""
    change = decoded(SHIRT, time=None)
    assert (change.order, change.event_time_ms) == (TIMESTAMP_MS, TIMESTAMP_MS)


@pytest.mark.parametrize("kind", ["product.create", "PRODUCT.CREATED", "order.created", "product.created "])
def test_other_types_are_unknown(kind: str) -> None:
    """A CloudEvent of another type is UnknownEventType, named in the reason."""
    with pytest.raises(UnknownEventType, match=kind.strip()):
        decoded(SHIRT, type=kind)


@pytest.mark.parametrize("kind", ["product.created", "product.updated"])
def test_created_and_updated_mean_the_same(kind: str) -> None:
    """Both types say what the product looks like now."""
    assert decoded(SHIRT, type=kind) == decoded(SHIRT)


def test_binary_mode_says_the_same_as_structured_mode() -> None:
    """The mode of a message does not show in what it means."""
    assert decode_event(binary(SHIRT), BY_TIME) == decoded(SHIRT)


def test_binary_headers_are_read_whatever_their_case() -> None:
    """Header names are compared without regard to case."""
    change = decode_event(binary(SHIRT, ("CE_Type", b"product.deleted")), BY_TIME)
    assert change.deleted


def test_the_last_of_duplicate_headers_counts() -> None:
    """A header given twice has its last value."""
    assert decode_event(binary(SHIRT, ("ce_type", b"product.deleted")), BY_TIME).deleted


def test_a_header_without_a_value_is_absent() -> None:
    """A header of None counts as left out, or the SDK would fail on it."""
    event = binary(SHIRT, ("ce_time", None), ("ce_id", None), ("content-type", None), ("x", None))
    assert decode_event(event, BY_TIME).product_id == "a1"


@pytest.mark.parametrize(
    "header",
    [
        ("ce_type", b"\xff"),
        ("ce_time", b"\xff"),
        ("ce_time", b"soon"),
        ("ce_time", b"2026-11-18T11:06:40"),
        ("ce_specversion", b"9"),
        ("ce_id", b""),
    ],
)
def test_malformed_binary_headers_are_refused(header: tuple[str, bytes]) -> None:
    """An attribute in a header that is no UTF-8 or malformed makes the message NotAnEvent."""
    with pytest.raises(NotAnEvent):
        decode_event(binary(SHIRT, header), BY_TIME)


def test_headers_that_nothing_reads_cannot_fail_an_event() -> None:
    """A foreign header may hold any bytes."""
    change = decode_event(binary(SHIRT, ("ce_tracestate", b"\xff\xfe"), ("x-trace", b"\xff")), BY_TIME)
    assert change.product_id == "a1"


def test_a_binary_event_without_a_type_is_refused() -> None:
    """Headers that announce a binary event must hold its type."""
    with pytest.raises(NotAnEvent, match="type"):
        decode_event(binary(SHIRT, without="ce_type"), BY_TIME)


@pytest.mark.parametrize(
    "content_type", [b"application/json; charset=utf-8", b"application/octet-stream", b"x"]
)
def test_the_content_type_of_binary_data_does_not_matter(content_type: bytes) -> None:
    """Data that is JSON is read as JSON, whatever its content type claims."""
    change = decode_event(binary(SHIRT, ("content-type", content_type)), BY_TIME)
    assert change.product_id == "a1"


def test_the_content_type_decides_the_mode() -> None:
    """A structured event may carry stray ce_ headers without being taken for a binary one."""
    event = structured(SHIRT)
    headers = (("content-type", b"Application/CloudEvents+JSON; charset=utf-8"), ("ce_type", b"x"))
    assert decode_event(message(event.value, headers=headers), BY_TIME).product_id == "a1"


def test_a_structured_event_needs_no_headers() -> None:
    """Without any header, or with foreign ce_ ones, a message is read as a structured event."""
    event = structured(SHIRT)
    assert decode_event(message(event.value, headers=(("ce_productversion", b"1"),)), BY_TIME).order


def test_data_in_base64_is_read() -> None:
    """Data that an SDK has put into data_base64 is taken as JSON."""
    encoded = base64.b64encode(json.dumps(SHIRT).encode()).decode()
    assert decoded(None, data_base64=encoded) == decoded(SHIRT)


@pytest.mark.parametrize("encoded", [7, "%%%", "bm90IGpzb24=", ["YQ=="], "é"])
def test_broken_base64_is_refused(encoded: object) -> None:
    """Data in base64 that is no base64, or no JSON inside, makes the message NotAnEvent."""
    with pytest.raises(NotAnEvent):
        decoded(None, data_base64=encoded)


@pytest.mark.parametrize("time", [TIME, "2026-11-18t11:06:40z", "2026-11-18T13:06:40.000999999+02:00"])
def test_times_are_read_as_rfc_3339_has_them(time: str) -> None:
    """Offsets, lower case and more digits than milliseconds are understood, and rounded down."""
    assert decoded(SHIRT, time=time).order == TIMESTAMP_MS
