"""The API's reference as Markdown, from its OpenAPI description: docs/reference/http-api.md."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from search_api.openapi.document import openapi_document
from search_api.problems import problem_types

_HEAD = """# HTTP API

*Generated from the code by `make docs-reference`.*

The same as OpenAPI 3.1 is at `/openapi.json` of a running search API, there with the shop's own filterable
attributes, and `/docs` shows it as a page. How a shop uses it:
[search from a shop](../how-to/search-from-a-shop.md).

Every answer has an `X-Request-ID`, which is also in the service's log; searches have `Server-Timing`. Once an
API key with the scope `search` is configured, searches need one: `Authorization: Bearer <key>` or
`X-API-Key: <key>`.
"""
_PROBLEMS = """## Problems

Every error is `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, `instance` (the
request's id), and for a request that is not valid `errors`, a list of `field` and `detail`. `Retry-After`
says when to ask again, where asking again makes sense.

| status | type | title |
|---|---|---|
"""


def http_api_page() -> str:
    """The whole page."""
    document = openapi_document({})
    lines = [_HEAD]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            lines.extend(_operation(f"{method.upper()} {path}", operation))
    lines.append("## Shapes\n")
    for name, schema in document["components"]["schemas"].items():
        lines.extend(_shape(name, schema))
    kinds = sorted({(kind.status, kind.slug, kind.title) for kind in problem_types()})
    rows = [f"| {status} | `/problems/{slug}` | {title} |" for status, slug, title in kinds]
    lines.append(_PROBLEMS + "\n".join(rows))
    return "\n".join(lines) + "\n"


def _operation(name: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {name}\n\n{operation['summary']}. {operation.get('description', '')}".rstrip() + "\n"
    if parameters := operation.get("parameters"):
        yield "| parameter | in | type | what it says |\n|---|---|---|---|"
        for each in parameters:
            yield f"| `{each['name']}` | {each['in']} | {_type(each['schema'])} | {each['description']} |"
        yield ""
    for content_type, body in operation.get("requestBody", {}).get("content", {}).items():
        yield f"Body `{content_type}`: {_type(body['schema'])}\n"
    yield "| status | answer |\n|---|---|"
    for status, answer in operation["responses"].items():
        yield f"| {status} | {answer['description']} |"
    yield ""
    success = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
    for content in success["content"].values():
        if "example" in content:
            yield f"```json\n{json.dumps(content['example'], indent=2)}\n```\n"


def _shape(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {name}\n\n{schema.get('description', '')}\n\n| field | type | what it says |\n|---|---|---|"
    for field, described in schema["properties"].items():
        yield f"| `{field}` | {_type(described)} | {described.get('description', '')} |"
    yield ""


def _type(schema: Mapping[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    match schema.get("type"):
        case "array":
            return f"list of {_type(schema['items'])}"
        case "object" if "properties" in schema:
            return "fields " + ", ".join(f"`{name}`" for name in schema["properties"])
        case list() as types:
            return " or ".join(types) + _bounds(schema)
        case str() as kind:
            kind = "an image file" if schema.get("contentMediaType") else schema.get("format", kind)
            return kind + _bounds(schema)
        case _:
            return "anything"


def _bounds(schema: Mapping[str, Any]) -> str:
    if "minimum" in schema and "maximum" in schema:
        default = f", default {schema['default']}" if "default" in schema else ""
        return f" ({schema['minimum']} to {schema['maximum']}{default})"
    return ""
