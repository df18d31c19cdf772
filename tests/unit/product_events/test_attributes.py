import pytest

from product_events import InvalidProduct
from product_events.attributes import clean_attributes
from tests.unit.product_events.messages import decoded


def test_scalars_and_lists_of_scalars_are_kept() -> None:
    """Every JSON scalar is an attribute's value, alone or in a list, of the type it has."""
    given = {"s": "x", "i": -3, "f": 0.5, "b": True, "l": ["a", 1, 2.5, False], "e": [], "": "", "a.b": 1}
    change = decoded({"id": "a1", "attributes": given})
    assert change.product is not None
    assert repr(change.product.attributes) == repr(given)


def test_null_is_absent() -> None:
    """An attribute of null is left out, and so is a null in a list."""
    assert clean_attributes({"a": None, "b": [None, 1, None]}) == {"b": [1]}


@pytest.mark.parametrize(
    "value",
    [
        {"nested": 1},
        [["nested"]],
        [{"nested": 1}],
        2**63,
        -(2**63) - 1,
        [2**63],
        "x" * 10_001,
        list(range(1_001)),
        float("nan"),
        float("inf"),
        [float("-inf")],
        b"bytes",
    ],
)
def test_what_an_index_could_choke_on_is_refused(value: object) -> None:
    """Nested values, numbers that are not finite or leave 64 bits, and endless values are refused."""
    with pytest.raises(ValueError, match="'colour'"):
        clean_attributes({"colour": value})


@pytest.mark.parametrize("given", [{1: "a"}, dict.fromkeys(map(str, range(201)), 1), "text", [1]])
def test_attributes_are_an_object_of_at_most_200_names(given: object) -> None:
    """Another type, another type of name, or more names are refused."""
    with pytest.raises(ValueError, match="should"):
        clean_attributes(given)


@pytest.mark.parametrize("number", ["18446744073709551615", "9223372036854775808"])
def test_an_integer_beyond_64_bits_is_invalid(number: str) -> None:
    """An integer that no engine can store is found out when the event is decoded."""
    with pytest.raises(InvalidProduct, match=r"data\.attributes"):
        decoded({"id": "a1", "attributes": {"n": int(number)}})
