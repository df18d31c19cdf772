"""What of a product its points carry, for filters."""

import pytest

from vector_store import filterable_part

KINDS = {"colour": "keyword", "sizes": "integer", "weight": "float", "organic": "bool"}


def test_named_fields_are_carried_and_others_are_not() -> None:
    """Category, brand, price and stock are; what is missing or null, and every other field, is not."""
    product = {
        "id": "1",
        "name": "x",
        "category": "shirt",
        "brand": None,
        "price": 0,
        "in_stock": False,
        "cost": 1,
    }
    assert filterable_part(product, {}) == {"category": "shirt", "price": 0, "in_stock": False}


@pytest.mark.parametrize(
    ("given", "carried"),
    [
        ({"colour": "red"}, {"colour": "red"}),
        ({"colour": ["red", "blue"]}, {"colour": ["red", "blue"]}),
        ({"colour": ("red", 7, None)}, {"colour": ["red"]}),
        ({"colour": 7}, None),
        ({"colour": []}, None),
        ({"colour": [7]}, None),
        ({"colour": None}, None),
        ({"sizes": [38, 40.0, True, "42"]}, {"sizes": [38]}),
        ({"weight": 2}, {"weight": 2}),
        ({"weight": [2, 2.5, True]}, {"weight": [2, 2.5]}),
        ({"organic": True}, {"organic": True}),
        ({"organic": 1}, None),
        ({"unknown": "x"}, None),
        ("no attributes", None),
    ],
)
def test_attributes_are_carried_if_declared_and_of_their_type(
    given: object, carried: dict[str, object] | None
) -> None:
    """Of a list, the elements of the type are; an attribute with nothing left is left out."""
    part = filterable_part({"attributes": given}, KINDS)
    assert part == ({} if carried is None else {"attributes": carried})
