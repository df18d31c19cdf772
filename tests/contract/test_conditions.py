"""Conditions: an engine's answer is the one that `conditions.matches` gives, by which answers are checked."""

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.samples import empty, insert, number_id
from vector_store import AllOf, AnyOf, Collection, Condition, Equals, HasId, Not, OneOf, Range
from vector_store.conditions import matches
from vector_store.points import Point

WORDS = ["", "a", "b", "red", "Red", "röd", "1", "true"]
WHOLE = [-3, -1, 0, 1, 2, 3, 2**32, 2**53]
NUMBERS = [*WHOLE, -1.5, -0.0, 0.5, 1.0, 1.5, 2.5, 1e9, 1e300]


def one_or_list(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return values | st.lists(values, max_size=3)


words: st.SearchStrategy[object] = st.sampled_from(WORDS)
whole: st.SearchStrategy[object] = st.sampled_from(WHOLE)
numbers: st.SearchStrategy[object] = st.sampled_from(NUMBERS)
anything = words | whole | numbers | st.booleans() | st.none()

INDEXED: Mapping[str, st.SearchStrategy[object]] = {
    "category": words,
    "brand": words,
    "price": numbers,
    "in_stock": st.booleans(),
    "retry_at": whole,
    "attributes.colour": one_or_list(words),
    "attributes.sizes": one_or_list(whole),
    "attributes.weight": one_or_list(numbers),
    "attributes.organic": one_or_list(st.booleans()),
    "attributes.fit (EU)": one_or_list(words),
}
"""Fields with an index: values are of the index's type, as `filterable_part` sees to."""

FREE: Mapping[str, st.SearchStrategy[object]] = {
    "free": one_or_list(anything) | st.lists(st.lists(whole, max_size=2), max_size=2) | st.just({"free": 1}),
    "deep.er.est": one_or_list(anything),
    "deep.er": anything,
    "günstig": one_or_list(anything),
}
"""Fields without an index may hold anything."""


@st.composite
def payloads(draw: st.DrawFn) -> dict[str, object]:
    payload: dict[str, object] = {}
    for field, values in {**INDEXED, **FREE}.items():
        if draw(st.booleans()):
            *parents, name = field.split(".")
            inner: dict[str, object] = payload
            for parent in parents:
                child = inner.setdefault(parent, {})
                assert isinstance(child, dict)
                inner = child
            if name not in inner:
                inner[name] = draw(values)
    return payload


fields = st.sampled_from([*INDEXED, *FREE, "missing", "attributes", "attributes.missing"])
bounds = st.none() | st.sampled_from([float(each) for each in NUMBERS])
leaves: st.SearchStrategy[Condition] = (
    st.builds(Equals, fields, st.sampled_from(WORDS) | st.sampled_from(WHOLE) | st.booleans())
    | st.builds(OneOf, fields, st.lists(st.sampled_from(WORDS), max_size=3).map(tuple))
    | st.builds(OneOf, fields, st.lists(st.sampled_from(WHOLE), max_size=3).map(tuple))
    | st.builds(Range, fields, gt=bounds, gte=bounds, lt=bounds, lte=bounds)
    | st.builds(HasId, st.frozensets(st.integers(0, 7).map(number_id), max_size=3))
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    leaves,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(AllOf, st.lists(inner, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=6,
)


def found_by(collection: Collection, where: Condition) -> set[int]:
    page = collection.scroll(where, limit=1_000)
    assert len(page.points) == collection.count(where)
    return {int(point.id.replace("-", ""), 16) for point in page.points}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    held=st.lists(payloads(), min_size=1, max_size=8),
    asked=st.lists(conditions, min_size=1, max_size=8),
)
def test_an_engine_decides_as_matches_does(
    collection: Collection, held: list[dict[str, object]], asked: list[Condition]
) -> None:
    """Over lists, missing fields, null, booleans beside integers and nested attributes, both say the same."""
    empty(collection)
    insert(collection, [Point(number_id(n), payload) for n, payload in enumerate(held)])
    for where in asked:
        expected = {n for n, payload in enumerate(held) if matches(where, payload, number_id(n))}
        assert found_by(collection, where) == expected, where


TYPED = {
    "true": True,
    "false": False,
    "1": 1,
    "0": 0,
    "1.0": 1.0,
    "'1'": "1",
    "'true'": "true",
    "[true]": [True],
}


@pytest.mark.parametrize("field", ["in_stock", "attributes.organic", "free"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, {"true", "[true]"}),
        (False, {"false"}),
        (1, {"1"}),
        (0, {"0"}),
        ("1", {"'1'"}),
        ("true", {"'true'"}),
    ],
    # A set's own text differs from process to process.
    ids=lambda value: "-".join(sorted(value)) if isinstance(value, set) else repr(value),
)
def test_a_boolean_is_no_integer(
    collection: Collection, field: str, value: bool | int | str, expected: set[str]
) -> None:
    """True, 1, 1.0 and "1" are four values, with an index on the field or without."""
    *parents, name = field.split(".")
    for number, held in enumerate(TYPED.values()):
        inner: dict[str, object] = {name: held}
        insert(collection, [Point(number_id(number), {parents[0]: inner} if parents else inner)])
    labels = list(TYPED)
    assert {labels[number] for number in found_by(collection, Equals(field, value))} == expected


@pytest.mark.parametrize(
    "name", ["a b", "größe", "👗", "a/b", "a:b", "1a", "a-b", "[0]", "a[]", "*", "$", "'", "\t"]
)
def test_any_attribute_name_can_be_asked_for(collection: Collection, name: str) -> None:
    """A name that engines would read as more than a name is still a name."""
    insert(
        collection,
        [
            Point(number_id(1), {"attributes": {name: "x"}}),
            Point(number_id(2), {"attributes": {"other": "x"}}),
        ],
    )
    assert found_by(collection, Equals(f"attributes.{name}", "x")) == {1}
    assert found_by(collection, Not(OneOf(f"attributes.{name}", ("x", "y")))) == {2}
