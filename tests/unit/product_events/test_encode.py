import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import pytest

from product_events import (
    EventPolicy,
    InvalidProduct,
    MissingProductId,
    NotAnEvent,
    OrderKind,
    RawMessage,
    UnknownEventType,
    decode_event,
    encode_event,
)
from product_events.encode import Mode

MOMENT = datetime(2026, 11, 18, 11, 6, 40, 123_456, tzinfo=UTC)
MODES: list[Mode] = ["structured", "binary"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ["product.created", "product.updated", "product.deleted"])
def test_what_is_encoded_is_decoded(mode: Mode, kind: str) -> None:
    """An event comes back as it was meant, in both modes."""
    data = {"id": "é1", "version": 7, "name": "Linen – shirt", "images": ["https://x/a.jpg"]}
    event = encode_event(kind, data, source="/shop", time=MOMENT, mode=mode)
    change = decode_event(
        RawMessage("t", 0, 0, 1_795_000_000_123, event.key, event.value, event.headers),
        EventPolicy(OrderKind.TIME),
    )
    assert (change.product_id, change.order) == ("é1", 1_795_000_000_123)
    assert change.deleted == (kind == "product.deleted")
    assert change.deleted or (change.product is not None and change.product.name == "Linen – shirt")


def test_a_structured_event_is_the_documented_one() -> None:
    """The value is the whole CloudEvent, its time in UTC to the millisecond, the key the product id."""
    local = MOMENT.astimezone(timezone(timedelta(hours=2)))
    event = encode_event("product.created", {"id": 42}, source="/shop", time=local, event_id="e1")
    assert event.key == b"42"
    assert event.headers == (("content-type", b"application/cloudevents+json"),)
    assert json.loads(event.value) == {
        "specversion": "1.0",
        "id": "e1",
        "source": "/shop",
        "type": "product.created",
        "subject": "42",
        "time": "2026-11-18T11:06:40.123Z",
        "datacontenttype": "application/json",
        "data": {"id": 42},
    }


def test_a_binary_event_is_the_documented_one() -> None:
    """The attributes are headers, and the value is the data alone."""
    event = encode_event(
        "product.deleted", {"id": "a1"}, source="/s", time=MOMENT, event_id="e", mode="binary"
    )
    headers = dict(event.headers)
    assert json.loads(event.value) == {"id": "a1"}
    assert headers["ce_type"] == b"product.deleted"
    assert headers["content-type"] == b"application/json"


def test_every_event_has_its_own_id_and_the_time_of_now() -> None:
    """Without an id and a time an event gets fresh ones."""
    before = datetime.now(UTC)
    first, second = (
        json.loads(encode_event("product.created", {"id": "a"}, source="/s").value) for _ in range(2)
    )
    assert first["id"] != second["id"]
    assert datetime.fromisoformat(first["time"]) >= before - timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "data",
    [
        {"id": "a", "price": float("nan")},
        {"id": "a", "x": object()},
        {"id": "a", "name": "\ud800"},
        {"id": "a", "x": {1, 2}},
        {"id": "a\ud800"},
        {"id": 1.5},
    ],
)
@pytest.mark.parametrize("mode", MODES)
def test_what_is_not_json_is_refused(data: dict[str, Any], mode: Mode) -> None:
    """Data that JSON cannot carry is refused before it is sent."""
    with pytest.raises(InvalidProduct):
        encode_event("product.created", data, source="/s", mode=mode)


def test_data_that_holds_itself_is_refused() -> None:
    """A cycle ends as an error of this room."""
    data: dict[str, Any] = {"id": "a"}
    data["self"] = data
    with pytest.raises(InvalidProduct):
        encode_event("product.created", data, source="/s")


def test_the_callers_data_is_left_alone() -> None:
    """Encoding changes nothing in what it is given."""
    data = {"id": "a", "images": ["x"]}
    encode_event("product.created", data, source="/s")
    assert data == {"id": "a", "images": ["x"]}


def test_an_event_needs_type_id_and_source() -> None:
    """What a consumer would refuse for its envelope is not written."""
    with pytest.raises(UnknownEventType):
        encode_event("product.made", {"id": "a"}, source="/s")
    with pytest.raises(MissingProductId):
        encode_event("product.created", {"name": "a"}, source="/s")
    with pytest.raises(NotAnEvent):
        encode_event("product.created", {"id": "a"}, source="")
    with pytest.raises(NotAnEvent, match="offset"):
        encode_event("product.created", {"id": "a"}, source="/s", time=MOMENT.replace(tzinfo=None))


def test_times_inside_the_data_are_written_as_times() -> None:
    """A producer may hand over datetimes, as databases give them."""
    event = encode_event("product.created", {"id": "a", "attributes": {"since": MOMENT}}, source="/s")
    assert cast("dict[str, Any]", json.loads(event.value))["data"]["attributes"] == {
        "since": "2026-11-18T11:06:40.123Z"
    }
