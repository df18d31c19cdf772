"""What can be asked for besides the photo, as OpenAPI has it: parameters, and the filters of a JSON body."""

from collections.abc import Mapping
from typing import Any

from search_api.queries.filters import (
    MAX_FILTERS,
    MAX_VALUES,
    NUMERIC_KINDS,
    QUANTIFIERS,
    Bounds,
    field_kinds,
)
from search_api.queries.similar_request import SimilarRequest

PRODUCT_ID = {
    "name": "product_id",
    "in": "path",
    "required": True,
    "description": "The product's id, percent-encoded: a slash in it is %2F.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 512},
    "example": "665f1c",
}
_BOX_PATTERN = r"^[0-9.]+,[0-9.]+,[0-9.]+,[0-9.]+$"
_JSON_TYPES = {"keyword": "string", "integer": "integer", "float": "number", "bool": "boolean"}
SHAPING = (
    "limit",
    "offset",
    "score_threshold",
    "relative_threshold",
    "exclude",
    "like",
    "unlike",
    "facets",
)
"""The fields of a query that may come in a URL as well."""


def search_parameters(attributes: Mapping[str, str], *, photos: bool) -> list[dict[str, Any]]:
    """What shapes an answer, as URL parameters, the shop's attributes (name → type) included.

    photos: whether photos may come along, so that there is something to say of them.
    """
    properties = SimilarRequest.model_json_schema()["properties"]
    of_photos = [*BOX_PARAMETERS, _WEIGHTS] if photos else []
    return [
        *(_shaping(name, properties[name]) for name in SHAPING),
        *of_photos,
        *_filters(field_kinds(attributes)),
    ]


def form_fields() -> dict[str, Any]:
    """The fields of a form but for its photos and filters."""
    fields = {
        each["name"]: {**each["schema"], "description": each["description"]}
        for each in search_parameters({}, photos=True)
        if not each["name"].startswith("filter.")
    }
    # In a form, a number is a text.
    return {
        name: {"type": "string", "description": schema["description"]}
        if schema.get("type") in {"integer", "number"} or "anyOf" in schema
        else schema
        for name, schema in fields.items()
    }


def filters_schema(attributes: Mapping[str, str]) -> dict[str, Any]:
    """The JSON Schema of `filters` in a JSON body."""
    properties = {name: _filter_schema(kind) for name, kind in field_kinds(attributes).items()}
    return {
        "type": "object",
        "description": SimilarRequest.model_fields["filters"].description,
        "properties": properties,
        "additionalProperties": False,
        "maxProperties": MAX_FILTERS,
        "default": {},
    }


def _filter_schema(kind: str) -> dict[str, Any]:
    return {"anyOf": [_value(kind), _several(kind), _object(kind)]}


def _object(kind: str) -> dict[str, Any]:
    either = {"anyOf": [_value(kind), _several(kind)]}
    properties: dict[str, Any] = {name: {**either, "description": said} for name, said in QUANTIFIERS.items()}
    if kind in NUMERIC_KINDS:
        properties |= {
            name: {"type": ["number", "null"], "description": field.description or ""}
            for name, field in Bounds.model_fields.items()
        }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _several(kind: str) -> dict[str, Any]:
    return {"type": "array", "items": _value(kind), "minItems": 1, "maxItems": MAX_VALUES}


def _value(kind: str) -> dict[str, Any]:
    return {"type": _JSON_TYPES[kind]}


def _shaping(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    if name == "facets":
        # `true` among texts.
        described: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}}
    else:
        # Of a field that may be null, what it is otherwise: a parameter is left out instead.
        described = next((each for each in schema.get("anyOf", []) if each.get("type") != "null"), schema)
    kept = {key: value for key, value in described.items() if key not in {"title", "description"}}
    if kept.get("type") == "array":
        kept.pop("default", None)
    return _parameter(name, schema["description"], kept)


def _filters(kinds: Mapping[str, str]) -> list[dict[str, Any]]:
    parameters = []
    for field, kind in kinds.items():
        name = f"filter.{field}"
        subject = f"The product's {field}"
        parameters.append(_parameter(name, f"{subject}; several: any of them.", _several(kind)))
        parameters += [
            _parameter(f"{name}.{quantifier}", f"{subject}: {said}", _several(kind))
            for quantifier, said in QUANTIFIERS.items()
        ]
        if kind in NUMERIC_KINDS:
            parameters += [
                _parameter(f"{name}.{bound}", f"{subject}: {each.description}", {"type": "number"})
                for bound, each in Bounds.model_fields.items()
            ]
    return parameters


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


BOX_PARAMETERS = (
    _parameter(
        "box",
        "The part of the photo that is looked for: x,y,width,height, of the upright photo.",
        {"type": "string", "pattern": _BOX_PATTERN},
    ),
    _parameter("box_unit", "What the box is measured in.", {"type": "string", "enum": ["fraction", "px"]}),
)
_WEIGHTS = _parameter(
    "weights",
    "How much each of several photos counts, in their order, comma-separated.",
    {"type": "string", "pattern": r"^[0-9.]+(,[0-9.]+)*$"},
)
