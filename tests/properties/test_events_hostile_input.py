"""Whatever a topic holds, decoding it ends as a change or as an EventError."""

import json
from typing import Any

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from product_events import (
    MAX_ORDER,
    EventError,
    EventPolicy,
    OrderKind,
    Product,
    ProductChange,
    RawMessage,
    decode_event,
)

POLICIES = [EventPolicy(kind, max_images=3) for kind in OrderKind]
FIELDS = [*Product.model_fields, "refetch", "cost_price"]
ATTRIBUTES = [
    "specversion",
    "id",
    "source",
    "type",
    "time",
    "subject",
    "datacontenttype",
    "data_base64",
    "refetch",
]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(),
    st.sampled_from(
        ["product.created", "product.deleted", "1.0", "7", "true", "2026-11-18T11:06:40Z", "Yg=="]
    ),
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
    max_leaves=12,
)
images = st.lists(
    st.text(max_size=20) | st.dictionaries(st.sampled_from(["url", "version", "public_id"]), json_values),
    max_size=5,
)
products = st.fixed_dictionaries(
    {"id": st.just("a1") | json_values},
    optional={**{name: json_values for name in FIELDS if name != "id"}, "images": images | json_values},
)
good_attributes = st.fixed_dictionaries(
    {
        "specversion": st.just("1.0"),
        "source": st.just("/shop"),
        "type": st.sampled_from(["product.created", "product.updated", "product.deleted"]),
    }
)
any_attributes = st.dictionaries(st.sampled_from(ATTRIBUTES) | st.text(max_size=9), json_values, max_size=6)
keys = st.none() | st.just(b"a1") | st.binary(max_size=9)
header_names = st.sampled_from(
    ["content-type", "CE_ID", "ce_productversion", *(f"ce_{a}" for a in ATTRIBUTES)]
)
header_values = (
    st.none() | st.binary(max_size=30) | scalars.map(lambda value: str(value).encode(errors="replace"))
)
headers = st.lists(st.tuples(header_names | st.text(max_size=9), header_values), max_size=9).map(tuple)
timestamps = st.integers(-1, 2**62) | st.just(1_795_000_000_000)


def check(value: bytes | None, key: bytes | None, headers: Any, timestamp_ms: int) -> None:
    for policy in POLICIES:
        message = RawMessage("products", 0, 0, timestamp_ms, key, value, headers)
        try:
            change = decode_event(message, policy)
        except EventError as error:
            check_reason(str(error))
        else:
            check_change(change, message, policy)
            assert decode_event(message, policy) == change


def check_reason(reason: str) -> None:
    assert "\n" not in reason
    assert 0 < len(reason) <= 500


def check_change(change: ProductChange, message: RawMessage, policy: EventPolicy) -> None:
    assert change.product_id.strip()
    assert message.key is None or message.key.decode() == change.product_id
    assert 0 <= change.order <= MAX_ORDER
    assert 0 <= change.tie < 2**32
    assert change.event_time_ms >= 0
    assert change.deleted == (change.product is None)
    if change.product is None:
        assert change.tie == 0
        return
    assert change.product.id == change.product_id
    image_keys = [image.key for image in change.product.images]
    assert len(set(image_keys)) == len(image_keys) <= policy.max_images
    stored = orjson.dumps(change.product.model_dump())
    assert Product.model_validate(orjson.loads(stored)) == change.product
    assert all(-(2**63) <= number < 2**63 for number in integers(change.product.model_dump()))


def integers(value: Any) -> list[int]:
    if isinstance(value, dict):
        return [number for item in value.values() for number in integers(item)]
    if isinstance(value, list | tuple):
        return [number for item in value for number in integers(item)]
    return [value] if isinstance(value, int) else []


@given(st.none() | st.binary(max_size=200), keys, headers, timestamps)
def test_arbitrary_bytes(value: bytes | None, key: bytes | None, headers: Any, timestamp_ms: int) -> None:
    """Any value, key, headers and timestamp end as a change or as an EventError of one short line."""
    check(value, key, headers, timestamp_ms)


@given(json_values, keys, headers)
@example([[]], None, ())
@example({"type": {}, "source": [], "specversion": {}}, None, ())
def test_arbitrary_json(value: Any, key: bytes | None, headers: Any) -> None:
    """Any JSON, what JSON libraries write beside the standard included, ends so too."""
    check(json.dumps(value).encode(), key, headers, 1_795_000_000_000)


@given(good_attributes, any_attributes, products, keys)
def test_almost_events(good: Any, more: Any, data: Any, key: bytes | None) -> None:
    """Events with anything in their named attributes and fields end so too."""
    check(json.dumps({**good, **more, "data": data}).encode(), key, (), 1_795_000_000_000)
    check(json.dumps({**more, **good, "data": data}).encode(), key, (), 1_795_000_000_000)


@given(good_attributes, products, headers)
def test_almost_binary_events(good: Any, data: Any, headers: Any) -> None:
    """Binary events with anything in their headers and fields end so too."""
    written = tuple((f"ce_{name}", value.encode()) for name, value in good.items())
    check(json.dumps(data).encode(), None, written + headers, 1_795_000_000_000)
    check(json.dumps(data).encode(), None, headers + written, 1_795_000_000_000)


@given(st.integers(1, 3_000), st.sampled_from(["[", '{"a":']))
def test_any_depth(depth: int, opening: str) -> None:
    """Nesting of any depth, at any place of an event, ends so too."""
    nested = opening * depth + "1" + ("]" if opening == "[" else "}") * depth
    head = '{"specversion":"1.0","source":"/s","type":"product.updated","data":'
    check(nested.encode(), None, (), 1_795_000_000_000)
    for field in ("unknown", "attributes", "images", "name", "id"):
        check(f'{head}{{"id":"a1","{field}":{nested}}}}}'.encode(), None, (), 1_795_000_000_000)
