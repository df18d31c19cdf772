"""Filters: what they find, and which are refused."""

from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from search_api.errors import InvalidRequest
from search_api.queries.filters import condition_of
from tests.unit.search_api.answers import bad_fields, found_ids
from tests.unit.search_api.shop import RED, generation, picture

ATTRIBUTES = generation().filterable_attributes
SOCKS = {f"sock-{n}" for n in range(8)}


@pytest.mark.parametrize(
    ("filters", "parameters", "expected"),
    [
        ({"category": "shirt"}, "filter.category=shirt", {"red-shirt", "green-shirt"}),
        (
            {"category": ["shirt", "dress"]},
            "filter.category=shirt&filter.category=dress",
            {"red-shirt", "green-shirt", "dark-dress"},
        ),
        ({"category": "shirt", "brand": "Sud"}, "filter.category=shirt&filter.brand=Sud", {"green-shirt"}),
        ({"category": "nothing like it"}, "filter.category=nothing+like+it", set()),
        (
            {"price": {"gte": 20, "lte": 49.9}},
            "filter.price.gte=20&filter.price.lte=49.9",
            {"red-shirt", "green-shirt"},
        ),
        ({"price": {"gt": 20, "lt": 80}}, "filter.price.gt=20&filter.price.lt=80", {"red-shirt"}),
        ({"price": 80}, "filter.price=80", {"dark-dress"}),
        ({"price": [80, 20.0]}, "filter.price=80&filter.price=20", {"dark-dress", "green-shirt"}),
        ({"in_stock": True}, "filter.in_stock=true", {"red-shirt", "blue/ä b.c"}),
        ({"in_stock": False}, "filter.in_stock=false", {"dark-dress"}),
        (
            {"in_stock": [True, False]},
            "filter.in_stock=1&filter.in_stock=0",
            {"red-shirt", "blue/ä b.c", "dark-dress"},
        ),
        ({"colour": "red"}, "filter.colour=red", {"red-shirt", "dark-dress"}),
        ({"colour": ["white"]}, "filter.colour=white", {"red-shirt"}),
        ({"weight": {"lte": 0.5}}, "filter.weight.lte=0.5", {"red-shirt"}),
        ({"size": 36}, "filter.size=36", {"dark-dress"}),
        ({"size": [36, 40]}, "filter.size=36&filter.size=40", {"red-shirt", "dark-dress"}),
        ({"size": {"gte": 38}}, "filter.size.gte=38", {"red-shirt"}),
        ({"new": True}, "filter.new=true", {"red-shirt"}),
        (
            {"colour": {"any": ["white", "green"]}},
            "filter.colour.any=white&filter.colour.any=green",
            {"red-shirt"},
        ),
        (
            {"colour": {"all": ["red", "white"]}},
            "filter.colour.all=red&filter.colour.all=white",
            {"red-shirt"},
        ),
        ({"colour": {"all": "red"}}, "filter.colour.all=red", {"red-shirt", "dark-dress"}),
        (
            {"colour": {"any": ["red"], "not": ["white"]}},
            "filter.colour.any=red&filter.colour.not=white",
            {"dark-dress"},
        ),
        (
            {"category": {"not": ["socks", "dress"]}},
            "filter.category.not=socks&filter.category.not=dress",
            {"red-shirt", "green-shirt", "blue/ä b.c"},
        ),
        (
            {"in_stock": {"not": False}, "brand": "Nord"},
            "filter.in_stock.not=0&filter.brand=Nord",
            {"red-shirt"},
        ),
        (
            {"price": {"gte": 20, "not": 80}},
            "filter.price.gte=20&filter.price.not=80",
            {"red-shirt", "green-shirt"},
        ),
        ({"size": {"not": [36]}, "colour": "red"}, "filter.size.not=36&filter.colour=red", {"red-shirt"}),
        ({"category": "socks"}, "filter.category=socks", SOCKS),
        ({"category": ""}, "filter.category=", set()),
        ({"price": {}}, "filter.price.gte=0", {"red-shirt", "dark-dress", "green-shirt"}),
    ],
)
def test_a_filter_is_the_same_in_every_form(
    client: FlaskClient, filters: dict[str, Any], parameters: str, expected: set[str]
) -> None:
    """JSON, form fields and the URL mean the same, and only products that satisfy it are found."""
    query = "blue%2F%C3%A4%20b.c"
    by_json = client.post(
        "/find_similar", json={"product_id": "waiting-not", "filters": filters, "limit": 200}
    )
    assert by_json.status_code == 404
    in_url = client.post(f"/find_similar?limit=200&{parameters}", data=picture(RED), content_type="image/png")
    assert set(found_ids(in_url)) == expected
    fields = [pair.replace("+", " ").split("=") for pair in parameters.split("&")]
    form: dict[str, Any] = {"file": (BytesIO(picture(RED)), "a.png"), "limit": "200"}
    for name, value in fields:
        form.setdefault(name, []).append(value)
    assert set(found_ids(client.post("/find_similar", data=form))) == expected
    at_product = client.get(f"/products/{query}/similar?limit=200&{parameters}")
    assert set(found_ids(at_product)) == expected - {"blue/ä b.c"}
    as_json = client.post(
        "/find_similar", json={"product_id": "blue/ä b.c", "filters": filters, "limit": 200}
    )
    assert set(found_ids(as_json)) == expected - {"blue/ä b.c"}


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"cost_price": 1}, "filters.cost_price"),
        ({"id": "red-shirt"}, "filters.id"),
        ({"kind": "record"}, "filters.kind"),
        ({"attributes.colour": "red"}, "filters.attributes.colour"),
        ({"": "x"}, "filters."),
        ({"category": 7}, "filters.category"),
        ({"category": None}, "filters.category"),
        ({"category": []}, "filters.category"),
        ({"category": ["shirt", 7]}, "filters.category.1"),
        ({"category": {"gte": "a"}}, "filters.category.gte"),
        ({"category": ["x"] * 101}, "filters.category"),
        ({"price": "20"}, "filters.price"),
        ({"price": True}, "filters.price"),
        ({"price": {"gte": "20"}}, "filters.price.gte"),
        ({"price": {"min": 20}}, "filters.price.min"),
        ({"price": [{"gte": 1}]}, "filters.price.0"),
        ({"in_stock": "yes"}, "filters.in_stock"),
        ({"in_stock": 1}, "filters.in_stock"),
        ({"size": 36.5}, "filters.size"),
        ({"size": True}, "filters.size"),
        ({"size": 2**63}, "filters.size"),
        ({"new": {"gte": 1}}, "filters.new.gte"),
        ({"category": {}}, "filters.category"),
        ({"category": {"none": ["a"]}}, "filters.category.none"),
        ({"category": {"not": []}}, "filters.category.not"),
        ({"category": {"not": 7}}, "filters.category.not"),
        ({"category": {"all": ["shirt", 7]}}, "filters.category.all.1"),
        ({"category": {"any": {"not": "a"}}}, "filters.category.any"),
        ({"price": {"not": "20"}}, "filters.price.not"),
    ],
)
def test_unknown_fields_and_wrong_types_are_refused(
    client: FlaskClient, filters: dict[str, Any], field: str
) -> None:
    """Nothing is guessed: a filter that cannot be meant is a 400 that names it."""
    answer = client.post("/find_similar", json={"product_id": "red-shirt", "filters": filters})
    assert bad_fields(answer) == [field]


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
def test_numbers_that_are_none_are_refused(client: FlaskClient, number: bytes) -> None:
    """A bound that is no finite number is a 400."""
    json = b'{"product_id": "red-shirt", "filters": {"price": {"gte": %s}}}' % number
    assert bad_fields(client.post("/find_similar", data=json, content_type="application/json")) == [
        "filters.price.gte"
    ]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ("filter.cost_price=1", "filters.cost_price"),
        ("filter.price=cheap", "filters.price"),
        ("filter.price=nan", "filters.price"),
        ("filter.price.gte=inf", "filters.price.gte"),
        ("filter.price.gte=1&filter.price.gte=2", "filters.price.gte"),
        ("filter.price.gte=1&filter.price=2", "filter.price"),
        ("filter.price=2&filter.price.gte=1", "filter.price.gte"),
        ("filter.price.not=cheap", "filters.price.not"),
        ("filter.category.none=a", "filters.category.none"),
        ("filter.in_stock=perhaps", "filters.in_stock"),
        ("filter.size=36.5", "filters.size"),
        ("filter.=1", "filters."),
        ("filters={}", "filters"),
    ],
)
def test_texts_that_are_no_values_are_refused(client: FlaskClient, parameters: str, field: str) -> None:
    """What the URL gives is read as the field's type, or refused by name."""
    assert bad_fields(client.get(f"/products/red-shirt/similar?{parameters}")) == [field]


def test_an_unknown_filter_says_which_are_known(client: FlaskClient) -> None:
    """A caller need not guess the names of the shop's attributes."""
    answer = client.post("/find_similar", json={"product_id": "red-shirt", "filters": {"color": "red"}})
    assert "brand, category, colour, in_stock, new, price, size, weight" in answer.json["detail"]  # type: ignore[index]  # a problem


def test_filters_are_those_of_the_generation() -> None:
    """An attribute that the generation was not built with is unknown."""
    with pytest.raises(InvalidRequest, match=r"^filters\.colour: unknown"):
        condition_of({"colour": "red"}, {})


def test_no_filter_is_no_condition() -> None:
    """An empty object narrows nothing."""
    assert condition_of({}, ATTRIBUTES) is None


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from([*ATTRIBUTES, "category", "price", "in_stock"]) | st.text(), JSON_VALUES),
    st.booleans(),
)
def test_whatever_is_given_is_a_condition_or_refused(filters: dict[str, Any], strict: bool) -> None:
    """No value makes anything else happen."""
    with suppress(InvalidRequest):
        condition_of(filters, ATTRIBUTES, strict=strict)
