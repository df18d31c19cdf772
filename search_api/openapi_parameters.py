"""What can be asked for besides the photo, as OpenAPI has it: parameters, and the filters of a JSON body."""

from collections.abc import Mapping
from typing import Any

from search_api.filters import MAX_FILTERS, MAX_VALUES, NUMERIC_KINDS, Bounds
from search_api.schemas import SimilarRequest
from vector_store.filterable import FILTERABLE_FIELDS

PRODUCT_ID = {
    "name": "product_id",
    "in": "path",
    "required": True,
    "description": "The product's id, percent-encoded: a slash in it is %2F.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 512},
    "example": "665f1c",
}
_JSON_TYPES = {"keyword": "string", "integer": "integer", "float": "number", "bool": "boolean"}
_BOUNDS = {"$ref": "#/components/schemas/Bounds"}


def search_parameters(attributes: Mapping[str, str]) -> list[dict[str, Any]]:
    """`limit` and a parameter for each way to filter, the shop's attributes (name → type) included."""
    return [_limit(), *_filters({**FILTERABLE_FIELDS, **attributes})]


def filters_schema(attributes: Mapping[str, str]) -> dict[str, Any]:
    """The JSON Schema of `filters` in a JSON body."""
    properties = {name: _filter_schema(kind) for name, kind in {**FILTERABLE_FIELDS, **attributes}.items()}
    return {
        "type": "object",
        "description": SimilarRequest.model_fields["filters"].description,
        "properties": properties,
        "additionalProperties": False,
        "maxProperties": MAX_FILTERS,
        "default": {},
    }


def _filter_schema(kind: str) -> dict[str, Any]:
    return {"anyOf": [_value(kind), _several(kind), *([_BOUNDS] if kind in NUMERIC_KINDS else [])]}


def _several(kind: str) -> dict[str, Any]:
    return {"type": "array", "items": _value(kind), "minItems": 1, "maxItems": MAX_VALUES}


def _value(kind: str) -> dict[str, Any]:
    return {"type": _JSON_TYPES[kind]}


def _limit() -> dict[str, Any]:
    schema = SimilarRequest.model_json_schema()["properties"]["limit"]
    described = {key: value for key, value in schema.items() if key not in {"title", "description"}}
    return {"name": "limit", "in": "query", "description": schema["description"], "schema": described}


def _filters(kinds: Mapping[str, str]) -> list[dict[str, Any]]:
    parameters = []
    for field, kind in kinds.items():
        name = f"filter.{field}"
        subject = f"The product's {field}"
        parameters.append(_parameter(name, f"{subject}; several: any of them.", _several(kind)))
        if kind in NUMERIC_KINDS:
            parameters += [
                _parameter(f"{name}.{bound}", f"{subject}: {each.description}", {"type": "number"})
                for bound, each in Bounds.model_fields.items()
            ]
    return parameters


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}
