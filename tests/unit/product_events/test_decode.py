from dataclasses import replace

import pytest

from product_events import (
    EventTooLarge,
    InvalidProduct,
    KeyMismatch,
    MissingProductId,
    decode_event,
)
from tests.unit.product_events.messages import BY_TIME, binary, decoded, structured


@pytest.mark.parametrize("data", [{}, {"id": None}, {"id": ""}, {"id": " \t"}, {"name": "no id"}])
@pytest.mark.parametrize("kind", ["product.updated", "product.deleted"])
def test_an_event_must_name_its_product(data: dict[str, object], kind: str) -> None:
    """Without data.id there is no product, deletes included; nothing else stands in for it."""
    with pytest.raises(MissingProductId):
        decoded(data, type=kind, key=b"a1", subject="a1")


@pytest.mark.parametrize("product_id", [True, 1.5, 1e30, ["a"], {"$oid": "a"}, "x" * 513])
@pytest.mark.parametrize("kind", ["product.updated", "product.deleted"])
def test_an_id_is_a_text_or_an_integer(product_id: object, kind: str) -> None:
    """Other types, numbers too large for an integer and endless texts are no ids."""
    with pytest.raises(InvalidProduct, match=r"data\.id"):
        decoded({"id": product_id}, type=kind)


def test_an_integer_id_becomes_its_text() -> None:
    """42 and "42" are the same product."""
    change = decoded({"id": 42}, key=b"42")
    assert change.product_id == "42"
    assert change.product == decoded({"id": "42"}).product


@pytest.mark.parametrize("data", [None, "a1", [], 7, True, '{"id": "a1"}'])
def test_data_must_be_an_object(data: object) -> None:
    """Data of another type breaks the schema."""
    with pytest.raises(InvalidProduct, match="data"):
        decoded(data)


def test_the_key_is_the_product_id() -> None:
    """A key that names the same product, in UTF-8, is accepted."""
    assert decoded({"id": "é1"}, key="é1".encode()).product_id == "é1"


@pytest.mark.parametrize("key", [b"", b"a2", b"a1 ", b'"a1"', b"\xff"])
def test_a_key_that_names_another_product_is_refused(key: bytes) -> None:
    """A key that differs from data.id would put the product's events on another partition."""
    with pytest.raises(KeyMismatch):
        decoded({"id": "a1"}, key=key)


def test_a_delete_needs_the_id_alone() -> None:
    """Whatever else a delete carries is not looked at, and it has neither tie nor product."""
    change = decoded({"id": "a1", "price": "free", "images": 7}, type="product.deleted")
    assert (change.product_id, change.deleted, change.tie, change.product) == ("a1", True, 0, None)


@pytest.mark.parametrize("flag", [True, "true", "TRUE"])
def test_refetch_is_read_from_the_data_or_the_event(flag: object) -> None:
    """Either place asks for a new download of known images."""
    assert decoded({"id": "a1", "refetch": flag}).refetch
    assert decoded({"id": "a1"}, refetch=flag).refetch


@pytest.mark.parametrize("flag", [None, False, "false"])
def test_refetch_is_off_unless_asked_for(flag: object) -> None:
    """An event without the flag, or with false, reuses what is known."""
    assert not decoded({"id": "a1", "refetch": flag}).refetch


@pytest.mark.parametrize("flag", ["yes", 1, [], {}])
def test_refetch_of_another_type_is_refused(flag: object) -> None:
    """A flag that is neither true nor false breaks the schema."""
    with pytest.raises(InvalidProduct, match="refetch"):
        decoded({"id": "a1", "refetch": flag})


def test_refetch_is_read_from_a_binary_header() -> None:
    """In binary mode the event's flag is a header."""
    assert decode_event(binary({"id": "a1"}, ("ce_refetch", b"true")), BY_TIME).refetch


def test_the_topic_does_not_decide_what_an_event_means() -> None:
    """An event of a type means the same on any topic, at any offset."""
    event = structured({"id": "a1"})
    elsewhere = type(event)("product.deleted", 5, 0, event.timestamp_ms, None, event.value, event.headers)
    assert decode_event(event, BY_TIME) == decode_event(elsewhere, BY_TIME)


def test_an_event_has_a_size_limit() -> None:
    """A message of more bytes than the policy allows is refused unread; one at the limit is not."""
    message = structured({"id": "a1", "padding": "x" * 2_000})
    assert message.value is not None
    at_limit = replace(BY_TIME, max_bytes=len(message.value))
    assert decode_event(message, at_limit).product_id == "a1"
    with pytest.raises(EventTooLarge):
        decode_event(message, replace(at_limit, max_bytes=at_limit.max_bytes - 1))
