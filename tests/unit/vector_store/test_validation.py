"""What engines may be given: the contract suite says what is refused; here, what the refusal says."""

import numpy as np
import pytest

from vector_store import InvalidPayload, InvalidVector
from vector_store.validation import check_payload, check_vector


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({"price": float("nan")}, "the payload's field 'price' has the number nan"),
        ({"a": {"b": [2**63]}}, "the payload's field 'a' has an integer of more than 64 bits"),
        ({"name": "\ud800"}, "the payload's field 'name' has a string with a lone surrogate"),
        ({"a": b""}, "the payload's field 'a' has a value of type bytes"),
        ({"a": {1: 2}}, "the payload's field 'a' has a key of type int"),
        ({"\udfff" * 50: 1}, "has a string with a lone surrogate"),
    ],
)
def test_a_refusal_names_the_field_and_the_fault(payload: dict[str, object], said: str) -> None:
    """Whoever sent it can find it, on one short line of plain characters."""
    with pytest.raises(InvalidPayload) as caught:
        check_payload(payload)
    assert said in str(caught.value)
    assert str(caught.value).isascii()
    assert len(str(caught.value)) < 200


def test_a_wrong_vector_is_told_by_its_shape() -> None:
    """Shape and type are in the message, so that a wrong model is recognised."""
    with pytest.raises(InvalidVector, match=r"shape \(3,\).*takes \(4,\)"):
        check_vector(np.zeros(3, np.float32), 4)
    with pytest.raises(InvalidVector, match="float64"):
        check_vector(np.zeros(4).astype(np.float64), 4)
