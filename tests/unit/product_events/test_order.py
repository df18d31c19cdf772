import pytest

from product_events import (
    MAX_ORDER,
    EventPolicy,
    FutureEvent,
    InvalidProduct,
    MissingOrder,
    OrderKind,
    OrderOutOfRange,
    decode_event,
)
from tests.unit.product_events.messages import BY_TIME, BY_VERSION, TIMESTAMP_MS, decoded, message, structured

KINDS = ["product.updated", "product.deleted"]


def at(time: str | None, timestamp_ms: int, policy: EventPolicy = BY_TIME, **data: object) -> int:
    event = structured({"id": "a1", **data}, time=time)
    return decode_event(message(event.value, timestamp_ms=timestamp_ms), policy).order


def test_time_orders_by_the_event_and_else_by_the_record() -> None:
    """In time mode the order is the event's time in milliseconds, or the record's timestamp without one."""
    assert at("2026-11-18T11:06:40.123Z", TIMESTAMP_MS + 9_999) == TIMESTAMP_MS + 123
    assert at(None, TIMESTAMP_MS) == TIMESTAMP_MS


def test_a_time_may_be_ahead_of_the_record_by_the_allowance_only() -> None:
    """One event dated far ahead must not freeze its product."""
    assert at("2026-11-18T11:11:40.000Z", TIMESTAMP_MS) == TIMESTAMP_MS + 300_000
    with pytest.raises(FutureEvent, match="300 s"):
        at("2026-11-18T11:11:40.001Z", TIMESTAMP_MS)
    with pytest.raises(FutureEvent):
        at("2099-01-01T00:00:00Z", TIMESTAMP_MS)
    with pytest.raises(FutureEvent):
        at("2026-11-18T11:06:41.001Z", TIMESTAMP_MS, EventPolicy(OrderKind.TIME, max_ahead_seconds=1))


def test_deletes_dated_ahead_are_refused_too() -> None:
    """A delete from the future would hide its product until then."""
    with pytest.raises(FutureEvent):
        decoded({"id": "a1"}, type="product.deleted", time="2099-01-01T00:00:00Z")


def test_a_time_of_long_ago_is_an_order_like_any_other() -> None:
    """An import may say when a product was last changed, years before."""
    assert at("1970-01-01T00:00:00Z", TIMESTAMP_MS) == 0


@pytest.mark.parametrize("time", ["1969-12-31T23:59:59.999Z", "0001-01-01T00:00:00+14:00"])
def test_a_time_before_1970_is_out_of_range(time: str) -> None:
    """Orders are not negative."""
    with pytest.raises(OrderOutOfRange):
        at(time, TIMESTAMP_MS)


def test_a_record_without_a_timestamp() -> None:
    """Where the broker has no timestamp, the event's time counts unchecked; without either it is missing."""
    assert at("2026-11-18T11:06:40Z", -1) == TIMESTAMP_MS
    with pytest.raises(MissingOrder):
        at(None, -1)


def test_an_absurd_timestamp_is_out_of_range() -> None:
    """A record's timestamp is bounded as an event's order is."""
    assert at(None, MAX_ORDER) == MAX_ORDER
    with pytest.raises(OrderOutOfRange):
        at(None, MAX_ORDER + 1)


@pytest.mark.parametrize("version", [0, 7, "8", 9.0, MAX_ORDER])
@pytest.mark.parametrize("kind", KINDS)
def test_version_orders_by_the_data(version: object, kind: str) -> None:
    """In version mode the order is data.version, of deletes too."""
    assert decoded({"id": "a1", "version": version}, BY_VERSION, type=kind).order == int(
        str(version).split(".")[0]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_version_mode_demands_a_version(kind: str) -> None:
    """Without a version there is no order, deletes included; time never stands in for it."""
    with pytest.raises(MissingOrder, match=r"data\.version"):
        decoded({"id": "a1"}, BY_VERSION, type=kind)


@pytest.mark.parametrize("version", [-1, MAX_ORDER + 1, 2**63 - 1, "-5"])
@pytest.mark.parametrize("kind", KINDS)
def test_versions_have_limits(version: object, kind: str) -> None:
    """A negative version or one above 2**51 is out of range."""
    with pytest.raises(OrderOutOfRange):
        decoded({"id": "a1", "version": version}, BY_VERSION, type=kind)


@pytest.mark.parametrize("version", [True, 1.5, "x", "", "1e3", "1_0", "\u0667", [7], {}])
@pytest.mark.parametrize("kind", KINDS)
def test_a_version_is_an_integer(version: object, kind: str) -> None:
    """A version of another type breaks the schema."""
    with pytest.raises(InvalidProduct, match=r"data\.version"):
        decoded({"id": "a1", "version": version}, BY_VERSION, type=kind)


def test_versions_are_immune_to_clocks() -> None:
    """In version mode a wrong clock fails nothing; the record then says when it happened."""
    change = decoded({"id": "a1", "version": 3}, BY_VERSION, time="2099-01-01T00:00:00Z")
    assert (change.order, change.event_time_ms) == (3, TIMESTAMP_MS)


def test_time_mode_does_not_look_at_versions() -> None:
    """In time mode a delete's version may be anything, and a product's any integer."""
    assert decoded({"id": "a1", "version": "x"}, type="product.deleted").order == TIMESTAMP_MS
    assert decoded({"id": "a1", "version": -1}).order == TIMESTAMP_MS


def test_the_event_says_when_it_happened_in_both_modes() -> None:
    """The event's time is kept beside a version, for measuring how late it became searchable."""
    change = decoded({"id": "a1", "version": 3}, BY_VERSION, time="2026-11-18T11:06:39.500Z")
    assert (change.order, change.event_time_ms) == (3, TIMESTAMP_MS - 500)
