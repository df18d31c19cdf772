"""From a request to the query that it asks.

Photos come as multipart `file` or as the raw body; everything else as JSON, as form fields, or in the URL:
`?limit=5&offset=5&filter.category=shirt&filter.price.lte=60&box=0.1,0.2,0.5,0.5&exclude=665f1c`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from flask import Request
from pydantic import ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from search_api.errors import FieldError, InvalidRequest, UnsupportedBody
from search_api.queries.earlier_names import PHOTO_PARTS, texts_with_own_names
from search_api.queries.query import Query, QueryPart, composed_query
from search_api.queries.similar_request import MAX_QUERIES, BatchRequest, SimilarRequest, TextRequest
from search_api.queries.text_fields import nested_fields

MAX_JSON_BYTES = 1_000_000
BATCH_ENDPOINT = "similar.by_queries"
_MAX_ERRORS = 20
_SHAPING = frozenset(
    {"limit", "offset", "score_threshold", "relative_threshold", "exclude", "facets", "like", "unlike"}
)
_OF_PHOTOS = frozenset({"box", "box_unit", "weights"})
_SUBJECTS = frozenset({"image_url", "product_id", "query_id"})


def read_query(request: Request) -> Query:
    """The query of a POST.

    Raises InvalidRequest, UnsupportedBody, and Werkzeug's errors for bodies beyond the limits.
    """
    in_url = _from_texts(request.args, _SHAPING | _OF_PHOTOS)
    match request.mimetype:
        case "multipart/form-data":
            photos, in_form = _from_form(request)
            return composed_query(photos, in_url, in_form)
        case "application/json":
            return composed_query((), in_url, _from_json(_json_bytes(request)))
        case mimetype if mimetype.startswith("image/"):
            return composed_query((request.get_data(cache=False),), in_url)
        case mimetype:
            said = f"not {mimetype}" if mimetype else "and the request says nothing of its content type"
            raise UnsupportedBody(f"a query is multipart/form-data, application/json or image/*, {said}")


def product_query(product_id: str, parameters: MultiDict[str, str]) -> Query:
    """The query by a product, from a URL. Raises InvalidRequest."""
    product = QueryPart(_validated(SimilarRequest, {"product_id": product_id}, strict=True), strict=True)
    return composed_query((), _from_texts(parameters, _SHAPING), product)


def read_batch(request: Request) -> list[Query | InvalidRequest]:
    """The queries of a batch in their order, each or what is wrong with it.

    Raises InvalidRequest where the batch itself is wrong, UnsupportedBody, and Werkzeug's errors.
    """
    if request.mimetype != "application/json":
        raise UnsupportedBody("a batch is application/json")
    if request.args:
        raise InvalidRequest.of(next(iter(request.args)), "a batch's queries say themselves what they want")
    try:
        batch = BatchRequest.model_validate_json(_json_bytes(request), strict=True)
    except ValidationError as error:
        raise InvalidRequest(*_field_errors(error)) from error
    return [_query_of_batch(each) for each in batch.queries]


def searches_asked(request: Request) -> int:
    """How many searches a request is: of a batch as many as it has queries. Never raises.

    What cannot be told is one, and will be refused when it is read.
    """
    if request.endpoint != BATCH_ENDPOINT or request.mimetype != "application/json":
        return 1
    try:
        given = orjson.loads(_json_bytes(request))
    except (HTTPException, orjson.JSONDecodeError, OSError):
        return 1
    queries = given.get("queries") if isinstance(given, dict) else None
    return min(max(1, len(queries)), MAX_QUERIES) if isinstance(queries, list) else 1


def _query_of_batch(given: object) -> Query | InvalidRequest:
    try:
        if not isinstance(given, dict):
            raise InvalidRequest.of("body", "a query is an object")
        return composed_query((), QueryPart(_validated(SimilarRequest, given, strict=True), strict=True))
    except InvalidRequest as error:
        return error


def _json_bytes(request: Request) -> bytes:
    request.max_content_length = min(MAX_JSON_BYTES, request.max_content_length or MAX_JSON_BYTES)
    return request.get_data()


def _from_json(data: bytes) -> QueryPart:
    try:
        return QueryPart(SimilarRequest.model_validate_json(data, strict=True), strict=True)
    except ValidationError as error:
        raise InvalidRequest(*_field_errors(error)) from error


def _from_form(request: Request) -> tuple[tuple[bytes, ...], QueryPart]:
    try:
        files, fields = request.files, request.form
    except ValueError as error:
        raise InvalidRequest.of("body", f"malformed multipart/form-data: {error}") from error
    unknown = [name for name in files if name not in PHOTO_PARTS]
    if unknown:
        raise InvalidRequest.of(unknown[0], "unknown; the photo is the part named file")
    for name in PHOTO_PARTS:
        if name in fields:
            raise InvalidRequest.of(name, "comes as a text; send it as a file, with a file name")
    photos = tuple(each.read() for name in PHOTO_PARTS for each in files.getlist(name))
    return photos, _from_texts(fields, _SHAPING | _OF_PHOTOS | _SUBJECTS)


def _from_texts(given: MultiDict[str, str], known: Iterable[str]) -> QueryPart:
    nested = nested_fields(texts_with_own_names(given), known)
    return QueryPart(_validated(TextRequest, nested, strict=False), strict=False)


def _validated(model: type[SimilarRequest], given: Mapping[str, Any], *, strict: bool) -> SimilarRequest:
    try:
        return model.model_validate(given, strict=strict)
    except ValidationError as error:
        raise InvalidRequest(*_field_errors(error)) from error


def _field_errors(error: ValidationError) -> list[FieldError]:
    """What pydantic found, in our words, as much of it as is of use."""
    return [
        FieldError(".".join(str(part) for part in each["loc"]) or "body", each["msg"])
        for each in error.errors(include_url=False, include_context=False, include_input=False)[:_MAX_ERRORS]
    ]
