"""What a producer encodes is what a consumer decodes, whatever the mode and the order of keys."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from product_events import (
    EventPolicy,
    OrderKind,
    Product,
    ProductChange,
    RawMessage,
    decode_event,
    encode_event,
)
from product_events.encode import Mode
from product_events.image_key import image_key
from product_events.tie import tie_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MODES: list[Mode] = ["structured", "binary"]

texts = st.text(st.characters(codec="utf-8"), max_size=20)
scalars = (
    texts
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
)
images = texts | st.fixed_dictionaries(
    {"url": texts},
    optional={"version": st.integers(0, 9) | st.just("v2"), "public_id": texts, "width": scalars},
)
products = st.fixed_dictionaries(
    {"id": texts.filter(str.strip) | st.integers(0, 2**63), "version": st.integers(0, 2**51)},
    optional={
        "name": texts,
        "category": texts,
        "brand": texts,
        "price": st.floats(0, 1e6),
        "currency": st.just("EUR"),
        "in_stock": st.booleans(),
        "url": st.just("https://shop.example/p/1"),
        "images": st.lists(images, max_size=8),
        "attributes": st.dictionaries(texts, scalars | st.lists(scalars, max_size=4), max_size=5),
        "refetch": st.booleans(),
        "cost_price": scalars,
    },
)
times_ms = st.integers(0, 4 * 10**12)


def decoded(kind: str, data: dict[str, Any], time_ms: int, mode: Mode, order: OrderKind) -> ProductChange:
    moment = EPOCH + timedelta(milliseconds=time_ms)
    event = encode_event(kind, data, source="/shop", time=moment, mode=mode)
    message = RawMessage("t", 0, 0, time_ms, event.key, event.value, event.headers)
    return decode_event(message, EventPolicy(order))


@given(products, times_ms, st.sampled_from(["product.created", "product.updated", "product.deleted"]))
def test_both_modes_bring_the_event_back(data: dict[str, Any], time_ms: int, kind: str) -> None:
    """Either mode brings back the product, its order of either kind, and its time to the millisecond."""
    for order, expected in ((OrderKind.TIME, time_ms), (OrderKind.VERSION, data["version"])):
        structured, binary = (decoded(kind, data, time_ms, mode, order) for mode in MODES)
        assert structured == binary
        assert structured.product_id == str(data["id"])
        assert (structured.order, structured.event_time_ms) == (expected, time_ms)
        assert structured.product == (None if structured.deleted else Product.model_validate(data))
        assert structured.refetch == (data.get("refetch", False) and not structured.deleted)


@given(products, st.randoms(use_true_random=False), st.booleans())
def test_the_tie_depends_on_the_data_alone(data: dict[str, Any], random: Any, refetch: bool) -> None:
    """Shuffled keys, the mode and the type change nothing about the tie."""
    names = list(data)
    random.shuffle(names)
    shuffled = {name: data[name] for name in names}
    assert tie_of(shuffled, refetch=refetch) == tie_of(data, refetch=refetch)
    ties = {
        decoded(kind, content, 0, mode, OrderKind.TIME).tie
        for kind in ("product.created", "product.updated")
        for content in (data, shuffled)
        for mode in MODES
    }
    assert len(ties) == 1


pairs = st.tuples(
    st.text("a\n", max_size=4).map(lambda end: f"https://x/{end}"),
    st.none() | st.text("ab", min_size=1, max_size=3),
)


@given(pairs, pairs)
def test_image_keys_tell_all_images_apart(one: tuple[str, str | None], other: tuple[str, str | None]) -> None:
    """Two pairs of URL and version share a key only if they are equal."""
    assert (image_key(*one) == image_key(*other)) == (one == other)
