import pytest

from product_events import (
    EventPolicy,
    FutureEvent,
    InvalidProduct,
    MissingOrder,
    MissingProductId,
    NotAnEvent,
    OrderOutOfRange,
    ProductChange,
    decode_event,
)
from tests.unit.product_events.messages import BY_TIME, BY_VERSION, TIMESTAMP_MS, message


def tombstone(
    policy: EventPolicy, *headers: tuple[str, bytes | None], key: bytes | None = b"a1"
) -> ProductChange:
    return decode_event(message(None, key=key, headers=headers), policy)


def test_a_tombstone_is_a_delete() -> None:
    """A record without a value deletes the product that its key names, at the record's timestamp."""
    expected = ProductChange("a1", TIMESTAMP_MS, 0, True, TIMESTAMP_MS, None, False)
    assert tombstone(BY_TIME) == expected


def test_an_empty_value_is_no_tombstone() -> None:
    """Only null deletes; an empty value is a broken event."""
    with pytest.raises(NotAnEvent, match="the value is empty"):
        decode_event(message(b"", key=b"a1"), BY_TIME)


def test_a_tombstone_carries_its_version_in_a_header() -> None:
    """In version mode the header ce_productversion orders it."""
    assert tombstone(BY_VERSION, ("ce_productversion", b"8")).order == 8


def test_a_tombstone_may_carry_its_time() -> None:
    """In time mode the header ce_time counts before the record's timestamp, with the same limits."""
    assert tombstone(BY_TIME, ("ce_time", b"2026-11-18T11:06:39Z")).order == TIMESTAMP_MS - 1_000
    with pytest.raises(FutureEvent):
        tombstone(BY_TIME, ("ce_time", b"2099-01-01T00:00:00Z"))
    for malformed in (b"\xff", b"soon", b"2026-11-18T11:06:39"):
        with pytest.raises(NotAnEvent):
            tombstone(BY_TIME, ("ce_time", malformed))


def test_other_headers_of_a_tombstone_do_not_matter() -> None:
    """Null deletes, whatever type the headers claim."""
    assert tombstone(BY_TIME, ("ce_type", b"product.created"), ("x", None)).deleted


@pytest.mark.parametrize("headers", [(), (("ce_productversion", None),), (("productversion", b"8"),)])
def test_a_tombstone_without_a_version_has_no_order(headers: tuple[tuple[str, bytes | None], ...]) -> None:
    """In version mode nothing stands in for the header."""
    with pytest.raises(MissingOrder, match="ce_productversion"):
        tombstone(BY_VERSION, *headers)


@pytest.mark.parametrize("version", [b"", b"x", b"1.0", b"\xff", b"0x8"])
def test_the_version_of_a_tombstone_is_an_integer(version: bytes) -> None:
    """Anything else in the header is refused."""
    with pytest.raises(InvalidProduct, match="ce_productversion"):
        tombstone(BY_VERSION, ("ce_productversion", version))


@pytest.mark.parametrize("version", [b"-1", b"2251799813685249"])
def test_the_version_of_a_tombstone_has_limits(version: bytes) -> None:
    """The limits of an order are the same for tombstones."""
    with pytest.raises(OrderOutOfRange):
        tombstone(BY_VERSION, ("ce_productversion", version))


@pytest.mark.parametrize("key", [None, b"", b"  ", b"\xff\xfe"])
def test_a_tombstone_needs_a_key(key: bytes | None) -> None:
    """Without a readable key there is no product to delete."""
    with pytest.raises(MissingProductId):
        tombstone(BY_TIME, key=key)
