"""Which of a product's fields narrow a search, and in what shape points carry them."""

from collections.abc import Callable, Mapping

FILTERABLE_FIELDS: Mapping[str, str] = {
    "category": "keyword",
    "brand": "keyword",
    "price": "float",
    "in_stock": "bool",
}
"""The named fields that every generation can filter by, with their index types."""

_ACCEPTS: Mapping[str, Callable[[object], bool]] = {
    "keyword": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "bool": lambda value: isinstance(value, bool),
}

ATTRIBUTE_TYPES = tuple(_ACCEPTS)
"""The types that a filterable attribute can have."""


def filterable_part(product: Mapping[str, object], attributes: Mapping[str, str]) -> dict[str, object]:
    """The part of a product that its image points carry: named fields and the typed attributes.

    A value of another type than its attribute's is left out: it can be shown, but no filter finds it.
    """
    part = {name: product[name] for name in FILTERABLE_FIELDS if product.get(name) is not None}
    given = product.get("attributes")
    if attributes and isinstance(given, Mapping):
        typed = {
            name: value
            for name, kind in attributes.items()
            if (value := _of_kind(given.get(name), _ACCEPTS[kind])) is not None
        }
        if typed:
            part["attributes"] = typed
    return part


def _of_kind(value: object, accepts: Callable[[object], bool]) -> object:
    if isinstance(value, list | tuple):
        return [each for each in value if accepts(each)] or None
    return value if accepts(value) else None
