"""Counts of the values of an answer's products."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from search_api.app import create_app
from search_api.queries.facets import facet_counts
from tests.contract.memory_store import MemoryStore
from tests.unit.search_api.answers import bad_fields, body
from tests.unit.search_api.shop import (
    RED,
    generation,
    product_write,
    promoted_index,
    shop_parts,
    shop_settings,
)

ATTRIBUTES = generation().filterable_attributes


def ask(client: FlaskClient, **asked: Any) -> Any:
    return body(client.post("/find_similar", json={"product_id": "green-shirt", **asked}))


def test_none_are_counted_unless_asked_for(client: FlaskClient) -> None:
    """An answer has them empty."""
    assert ask(client)["facets"] == ask(client, facets=False)["facets"] == {}


def test_values_are_counted_over_all_pages(client: FlaskClient) -> None:
    """Most frequent first, whatever the page; the product that asks is not counted."""
    expected = {
        "category": [
            {"value": "socks", "count": 8},
            {"value": "dress", "count": 1},
            {"value": "shirt", "count": 1},
            {"value": "trousers", "count": 1},
        ],
        "in_stock": [{"value": True, "count": 2}, {"value": False, "count": 1}],
    }
    for page in ({"limit": 1}, {"limit": 200}, {"offset": 150, "limit": 3}):
        assert ask(client, facets=["category", "in_stock"], **page)["facets"] == expected


def test_a_page_is_the_same_with_facets(client: FlaskClient) -> None:
    """To count costs the hits nothing, their further images included."""
    plain, counted = ask(client, limit=4), ask(client, limit=4, facets=True)
    assert (plain["hits"], plain["has_more"]) == (counted["hits"], counted["has_more"])


def test_all_that_can_be_filtered_by_can_be_counted(client: FlaskClient) -> None:
    """`true` means the named fields and the shop's attributes; a product counts for each of its values."""
    facets = ask(client, facets=True)["facets"]
    assert facets.keys() == {"category", "brand", "price", "in_stock", *ATTRIBUTES}
    assert facets["colour"] == [{"value": "red", "count": 2}, {"value": "white", "count": 1}]
    assert facets["size"] == [{"value": 36, "count": 1}, {"value": 40, "count": 1}]
    assert facets["brand"] == [{"value": "Nord", "count": 1}]


def test_filters_and_thresholds_narrow_what_is_counted(client: FlaskClient) -> None:
    """Counts are those of the answer, not of the index."""
    facets = ask(client, facets=["category"], filters={"in_stock": True})["facets"]
    assert facets["category"] == [{"value": "shirt", "count": 1}, {"value": "trousers", "count": 1}]
    assert ask(client, facets=["category"], score_threshold=1)["facets"] == {"category": []}
    out = ask(client, facets=["category"], exclude=[f"sock-{n}" for n in range(6)])["facets"]
    assert {"value": "socks", "count": 2} in out["category"]


def test_facets_are_the_same_in_every_form(client: FlaskClient) -> None:
    """Repeated parameters, or true."""
    expected = ask(client, facets=["brand", "colour"])["facets"]
    by_url = client.get("/products/green-shirt/similar?facets=brand&facets=colour")
    assert body(by_url)["facets"] == expected
    form = {"product_id": "green-shirt", "facets": "true"}
    by_form = client.post("/find_similar", data=form, content_type="multipart/form-data")
    assert body(by_form)["facets"] == ask(client, facets=True)["facets"]
    assert body(client.get("/products/green-shirt/similar?facets=false"))["facets"] == {}


def test_an_unknown_facet_is_refused(client: FlaskClient) -> None:
    """By the names that there are, before anything is looked for."""
    answer = client.post("/find_similar", json={"product_id": "green-shirt", "facets": ["color"]})
    assert bad_fields(answer) == ["facets"]
    assert "colour" in answer.text


def test_the_best_two_hundred_are_counted() -> None:
    """What is beyond them cannot be paged to either."""
    store = MemoryStore()
    writes = [
        product_write(f"p{n:03}", {"a": (200, n % 200, n // 2)}, category="near" if n < 230 else "far")
        for n in range(260)
    ]
    promoted_index(store).write([*writes, product_write("me", {"a": RED})])
    client = create_app(shop_parts(store), shop_settings(Path("nowhere"))).test_client()
    facets = body(client.get("/products/me/similar?facets=category"))["facets"]
    assert sum(each["count"] for each in facets["category"]) == 200


@pytest.mark.parametrize("value", [["red", "red"], ("red",)])
def test_a_value_that_is_there_twice_counts_once(value: list[str]) -> None:
    """A product is one product."""
    record = product_write("a", {}, shop_attributes={"colour": value}).record
    (count,) = facet_counts([record], ["colour"], ATTRIBUTES)["colour"]
    assert (count.value, count.count) == ("red", 1)


def test_values_of_another_type_are_not_counted() -> None:
    """Nor can they be filtered by."""
    record = product_write("a", {}, shop_attributes={"size": "large", "new": 1, "weight": True}).record
    assert facet_counts([record], ["size", "new", "weight"], ATTRIBUTES) == {
        "size": [],
        "new": [],
        "weight": [],
    }


def test_only_so_many_values_are_told() -> None:
    """The hundred that most products have."""
    records = [product_write(f"p{n}", {}, brand=f"b{n % 150:03}").record for n in range(300)]
    counts = facet_counts(records, ["brand"], {})["brand"]
    assert [each.value for each in counts] == [f"b{n:03}" for n in range(100)]
