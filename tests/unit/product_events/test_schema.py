import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from product_events import EventType, Product
from product_events.asyncapi import asyncapi_document
from product_events.block_yaml import to_yaml
from product_events.schema import definitions, json_schema, render

DOCS = Path(__file__).parents[3] / "docs"
# PyYAML comes without types; here it only checks what our own writer wrote.
parse_yaml = import_module("yaml").safe_load


@pytest.mark.parametrize(
    ("document", "path"), [("json", "reference/product-event.schema.json"), ("asyncapi", "asyncapi.yaml")]
)
def test_the_published_contract_is_current(document: str, path: str) -> None:
    """What docs/ holds is what `make docs-reference` would write from the models."""
    assert (DOCS / path).read_text(encoding="utf-8") == render(document)


def test_the_asyncapi_text_means_the_document() -> None:
    """The YAML, read by a YAML library, is the document that was written."""
    document = asyncapi_document(definitions("#/components/schemas/{model}"))
    assert parse_yaml(render("asyncapi")) == document


def test_every_reference_leads_somewhere() -> None:
    """No reference within either document points to nothing."""
    for text in (render("json"), json.dumps(parse_yaml(render("asyncapi")))):
        document = json.loads(text)
        for reference in references(document):
            found = document
            for step in reference.removeprefix("#/").split("/"):
                found = found[step]


def test_every_field_of_a_product_is_described() -> None:
    """The schema names exactly the model's fields, and refetch, each with a description."""
    fields = json_schema()["$defs"]["ProductState"]["properties"]
    assert set(fields) == {*Product.model_fields, "refetch"}
    assert all(field["description"] for field in fields.values())


def test_the_default_topics_and_the_recommended_one_are_channels() -> None:
    """AsyncAPI names the compacted topic and one topic for each type."""
    channels = asyncapi_document({})["channels"]
    assert {channel["address"] for channel in channels.values()} == {"products", *EventType}
    assert channels["products"]["bindings"]["kafka"]["topicConfiguration"]["cleanup.policy"] == ["compact"]


@pytest.mark.parametrize(
    "value",
    [
        {"on": "off", "yes": [], "a b": {}, "1": None, "x": {"y": [[1, 2], {"a": "b: c", "d": [{"e": 1}]}]}},
        [{"a": 'line\nfeed "quoted" # é'}, "- x", "", True, 1.5, [[]]],
        {},
    ],
)
def test_block_yaml_is_yaml(value: Any) -> None:
    """Whatever JSON holds comes back from a YAML library unchanged."""
    assert parse_yaml(to_yaml(value)) == value


def references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [reference for item in value for reference in references(item)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if "$ref" in value else []
    return own + [reference for item in value.values() for reference in references(item)]
