import json

import pytest

from product_events import InvalidProduct, decode_event
from product_events.tie import tie_of
from tests.unit.product_events.messages import BY_TIME, BY_VERSION, binary, decoded, message, structured

DATA = {"id": "a1", "version": 1, "name": "x", "attributes": {"b": 1, "a": 2}}


def test_different_data_ties_differently() -> None:
    """Two different updates of one millisecond end the same everywhere, so their ties differ."""
    assert len({decoded({**DATA, "name": name}).tie for name in "xyz"}) == 3


def test_fields_that_are_not_kept_count_too() -> None:
    """The tie is that of the event as it was sent, unknown fields included."""
    assert decoded({**DATA, "cost_price": 1}).tie != decoded(DATA).tie


def test_the_order_of_keys_does_not_count() -> None:
    """The same data in another order of keys, nested ones included, is the same data."""
    backwards = json.loads(json.dumps(DATA), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert list(backwards) != list(DATA)
    assert decoded(backwards).tie == decoded(DATA).tie


def test_neither_mode_nor_envelope_count() -> None:
    """A redelivery under another event id, in another mode or order kind, ties with the first."""
    ties = {
        decoded(DATA).tie,
        decoded(DATA, id="other", source="/elsewhere", type="product.created").tie,
        decoded(DATA, BY_VERSION).tie,
        decode_event(binary(DATA), BY_TIME).tie,
    }
    assert len(ties) == 1


def test_refetch_counts() -> None:
    """A request to download again is another update than the one before it."""
    assert decoded(DATA, refetch=True).tie != decoded(DATA).tie


def test_a_tie_has_32_bits() -> None:
    """The tie is what it was when the first index was built: a change would reorder its updates."""
    assert tie_of({"b": 1, "a": [True, None, "é"]}, refetch=False) == 720_742_770
    assert all(0 <= tie_of({"n": n}, refetch=True) < 2**32 for n in range(100))


def test_data_too_deep_to_be_written_back_is_invalid() -> None:
    """Nesting that can be read but not written ends as an error of this room."""
    deep = "[" * 300 + "]" * 300
    event = structured({"id": "a1", "unknown": 0})
    assert event.value is not None
    value = event.value.replace(b'"unknown": 0', b'"unknown": ' + deep.encode())
    assert value != event.value
    with pytest.raises(InvalidProduct, match="data"):
        decode_event(message(value), BY_TIME)
