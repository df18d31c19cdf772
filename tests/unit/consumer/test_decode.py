from dataclasses import replace

import pytest

from consumer.redrive.returned_messages import COUNT_HEADER, redrive_headers
from consumer.steps.decode import decode
from product_events import EventPolicy, OrderKind, RawMessage, encode_event
from vector_store import Stamp

_POLICY = EventPolicy(OrderKind.VERSION)
_REDRIVE = "letters.redrive"


def _message(offset: int, *, version: int = 3, event_type: str = "product.updated") -> RawMessage:
    event = encode_event(event_type, {"id": "p", "version": version}, source="/shop")
    return RawMessage("products", 1, offset, 1_000, event.key, event.value, event.headers)


def test_events_are_decoded_in_their_order() -> None:
    """Each message comes out with its change, in the order in which they came in."""
    messages = [_message(5), _message(6, event_type="product.deleted")]
    decoded, undecodable = decode(messages, _POLICY)
    assert [each.message for each in decoded] == messages
    assert [each.delivered for each in decoded] == messages
    assert [each.change.deleted for each in decoded] == [False, True]
    assert undecodable == []


def test_one_bad_message_harms_no_other() -> None:
    """A message that is no event comes out with its reason, and those around it are decoded."""
    bad = RawMessage("products", 1, 6, 1_000, b"p", b"\xff")
    decoded, [undecodable] = decode([_message(5), bad, _message(7)], _POLICY)
    assert [each.message.offset for each in decoded] == [5, 7]
    assert (undecodable.message, undecodable.error_class) == (bad, "NotAnEvent")
    assert "\n" not in undecodable.reason


def test_the_unforeseen_is_put_aside_with_its_traceback() -> None:
    """A message that breaks the decoder itself is called Unexpected and tells where it broke."""
    broken = RawMessage("products", 1, 6, 1_000, b"p", b"{}", headers=((None, b"x"),))  # type: ignore[arg-type]  # a broker's client may hand on anything
    decoded, [undecodable] = decode([broken, _message(7)], _POLICY)
    assert len(decoded) == 1
    assert undecodable.error_class == "Unexpected"
    assert undecodable.reason.startswith("Traceback")


@pytest.mark.parametrize(
    ("event_type", "revision"), [("product.updated", 6), ("product.created", 6), ("product.deleted", 7)]
)
def test_a_stamp_is_twice_the_order_and_one_more_for_a_delete(event_type: str, revision: int) -> None:
    """A delete of the same order wins; created and updated mean the same."""
    [event], _ = decode([_message(0, event_type=event_type)], _POLICY)
    assert event.stamp == Stamp(revision, event.change.tie, 0)


def test_a_redriven_message_keeps_its_place() -> None:
    """A message of the redrive topic is taken as it was first sent; the one read just now is committed."""
    first = _message(5)
    again = RawMessage(_REDRIVE, 0, 77, 9_000, first.key, first.value, redrive_headers(first))
    [event], [] = decode([again], _POLICY, _REDRIVE)
    counted = replace(first, headers=(*first.headers, (COUNT_HEADER, b"1")))
    assert (event.message, event.delivered) == (counted, again)


def test_a_redriven_message_without_its_place_is_put_aside() -> None:
    """Without the headers that say where it stood, it must not be applied: its order is unknown."""
    again = RawMessage(_REDRIVE, 0, 77, 9_000, b"p", _message(5).value)
    decoded, [undecodable] = decode([again], _POLICY, _REDRIVE)
    assert (decoded, undecodable.error_class, undecodable.delivered) == ([], "NotAnEvent", again)
