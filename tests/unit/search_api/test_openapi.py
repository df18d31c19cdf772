"""The API's description: valid, complete, current."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from search_api.openapi.document import openapi_document
from search_api.openapi.http_reference import http_api_page
from search_api.problems import problem_types
from tests.unit.search_api.answers import body
from tests.unit.search_api.conftest import MakeClient

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "http-api.md"
NOT_DESCRIBED = {"/", "/static/<name>", "/favicon.ico", "/problems/<slug>", "/openapi.json", "/docs"}


def documented(client: FlaskClient) -> Any:
    return body(client.get("/openapi.json"))


def test_every_path_is_described(client: FlaskClient) -> None:
    """No route of the API is missing, and none is described that is not there."""
    rules = {
        (rule.rule.replace("<product_id:product_id>", "{product_id}"), method.lower())
        for rule in client.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule not in NOT_DESCRIBED
    }
    paths = documented(client)["paths"]
    assert rules == {(path, method) for path, methods in paths.items() for method in methods}


def test_references_lead_somewhere(client: FlaskClient) -> None:
    """Every $ref names a schema of the document."""
    document = documented(client)

    def references(value: object) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if "$ref" in value else []
            return own + [found for each in value.values() for found in references(each)]
        return [found for each in value for found in references(each)] if isinstance(value, list) else []

    names = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= names
    assert document["openapi"] == "3.1.0"


def test_the_shops_attributes_are_described(make_client: MakeClient) -> None:
    """A front-end engineer sees what this shop can be filtered by."""
    document = documented(make_client(filterable_attributes="colour:keyword,weight:float"))
    parameters = {each["name"] for each in document["paths"]["/find_similar"]["post"]["parameters"]}
    assert {
        "limit",
        "filter.category",
        "filter.price.gte",
        "filter.colour",
        "filter.weight.lte",
    } <= parameters
    assert "filter.colour.gte" not in parameters
    filters = document["components"]["schemas"]["SimilarRequest"]["properties"]["filters"]
    assert {"category", "price", "colour", "weight"} <= filters["properties"].keys()


def test_every_problem_of_a_search_is_described() -> None:
    """Each status that the table of problems knows is named by the operation that can meet it."""
    described = openapi_document({})["paths"]["/find_similar"]["post"]["responses"].keys()
    elsewhere = {405, 408, 431, 501}
    assert {str(kind.status) for kind in problem_types() if kind.status not in elsewhere} <= described


def test_problem_types_are_explained(client: FlaskClient) -> None:
    """A problem's type leads to a line on it."""
    for kind in problem_types():
        answer = client.get(f"/problems/{kind.slug}")
        assert answer.status_code == 200
        assert kind.title in answer.text


def test_the_reference_is_current() -> None:
    """docs/reference/http-api.md is what the code would write."""
    assert REFERENCE.read_text("utf-8") == http_api_page()


@pytest.mark.parametrize("slug", sorted({kind.slug for kind in problem_types()}))
def test_the_reference_names_every_problem(slug: str) -> None:
    """Nobody meets a problem that the reference does not list."""
    assert f"`/problems/{slug}`" in http_api_page()
