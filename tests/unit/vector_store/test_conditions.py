"""The meaning of conditions where engines and readers must agree on it."""

import pytest

from vector_store import AllOf, AnyOf, Condition, Equals, HasId, Not, OneOf, Range, StoreMisused
from vector_store.conditions import matches

PAYLOAD = {
    "category": "shirt",
    "price": 9.5,
    "in_stock": True,
    "count": 1,
    "attributes": {"colour": ["white", "blue"], "sizes": [38, 40], "nothing": None, "none": [], "a.b": "x"},
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Equals("category", "shirt"), True),
        (Equals("category", "Shirt"), False),
        (Equals("in_stock", True), True),
        (Equals("in_stock", 1), False),
        (Equals("count", True), False),
        (Equals("price", 9), False),
        (Equals("attributes.colour", "blue"), True),
        (Equals("attributes.colour", "red"), False),
        (Equals("attributes", "white"), False),
        (Equals("attributes.nothing", "None"), False),
        (Equals("category.name", "shirt"), False),
        (OneOf("attributes.sizes", (36, 40)), True),
        (OneOf("attributes.sizes", ()), False),
        (OneOf("count", ("1",)), False),
        (Range("price", gt=9, lt=10), True),
        (Range("price", gte=9.5, lte=9.5), True),
        (Range("price", gt=9.5), False),
        (Range("price", lt=9.5), False),
        (Range("in_stock", gte=0), False),
        (Range("category", gte=0), False),
        (Range("attributes.sizes", gt=38, lt=40), False),
        (Range("attributes.sizes", gt=39), True),
        (Range("price"), True),
        (Range("missing"), False),
        (Not(Range("missing", gt=0)), True),
        (Not(Equals("attributes.none", "x")), True),
        (HasId(frozenset({"7"})), True),
        (HasId(frozenset()), False),
        (AllOf(()), True),
        (AllOf((Equals("count", 1), Equals("category", "hat"))), False),
        (AnyOf((Equals("count", 2), Equals("category", "shirt"))), True),
    ],
    ids=str,
)
def test_a_condition_holds_or_not(condition: Condition, expected: bool) -> None:
    """Types count, lists match by one of their elements, what is missing matches nothing."""
    assert matches(condition, PAYLOAD, "7") is expected


def test_a_choice_between_nothing_is_refused() -> None:
    """Engines would take it for no condition, and a guard without conditions guards nothing."""
    with pytest.raises(StoreMisused):
        AnyOf(())


@pytest.mark.parametrize(
    ("given", "tightest"),
    [
        (Range("f", lt=0.0, lte=-3.0), Range("f", lte=-3.0)),
        (Range("f", lt=-3.0, lte=-3.0), Range("f", lt=-3.0)),
        (Range("f", gt=1.0, gte=2.0), Range("f", gte=2.0)),
        (Range("f", gt=2.0, gte=2.0, lt=5.0), Range("f", gt=2.0, lt=5.0)),
        (Range("f", gte=1.0, lte=2.0), Range("f", gte=1.0, lte=2.0)),
    ],
)
def test_a_range_has_one_bound_on_each_side(given: Range, tightest: Range) -> None:
    """Of two bounds on one side the stricter one stays: an engine's index heeds only one of them."""
    assert given.tightest() == tightest


def test_conditions_that_all_hold_are_one_list() -> None:
    """However they were put together: engines are slow with one within another."""
    a, b, c = Equals("a", 1), Not(Equals("b", 1)), AnyOf((Equals("c", 1),))
    assert AllOf((AllOf((a, AllOf((b,)))), c)) == AllOf((a, b, c))
    assert AllOf((AllOf(()),)) == AllOf(())
