"""A search as it was asked for, read from whatever form it came in.

A photo comes as multipart `file` or as the raw body; an image's URL or a product as JSON or form fields.
`limit` and filters come in the JSON, as form fields, or in the URL:
`?limit=5&filter.category=shirt&filter.price.lte=60`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flask import Request
from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from search_api.errors import FieldError, InvalidRequest, UnsupportedBody
from search_api.schemas import SimilarRequest

MAX_JSON_BYTES = 1_000_000
_MAX_ERRORS = 20
_FILTER_PREFIX = "filter."
_PARAMETERS = frozenset({"limit"})
_FORM_FIELDS = _PARAMETERS | {"image_url", "product_id"}


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for: exactly one of `photo` (an image file's bytes), `image_url` and `product_id`.

    strict: whether the filters' values have the types of JSON; otherwise they are texts.
    """

    limit: int
    filters: Mapping[str, Any]
    strict: bool
    photo: bytes | None = None
    image_url: str | None = None
    product_id: str | None = None

    @property
    def kind(self) -> Literal["upload", "image_url", "product_id"]:
        """Which of the three it is."""
        if self.image_url is not None:
            return "image_url"
        return "product_id" if self.product_id is not None else "upload"


def read_query(request: Request) -> Query:
    """The query of a POST.

    Raises InvalidRequest, UnsupportedBody, and Werkzeug's errors for bodies beyond the limits.
    """
    match request.mimetype:
        case "multipart/form-data":
            return _from_form(request)
        case "application/json":
            return _from_json(request)
        case mimetype if mimetype.startswith("image/"):
            given = _nested(request.args, _PARAMETERS)
            return _query(_validated(given, strict=False), strict=False, photo=request.get_data(cache=False))
        case mimetype:
            said = f"not {mimetype}" if mimetype else "and the request says nothing of its content type"
            raise UnsupportedBody(f"a query is multipart/form-data, application/json or image/*, {said}")


def product_query(product_id: str, parameters: MultiDict[str, str]) -> Query:
    """The query by a product, from a URL. Raises InvalidRequest."""
    given = {**_nested(parameters, _PARAMETERS), "product_id": product_id}
    return _query(_validated(given, strict=False), strict=False)


def _from_json(request: Request) -> Query:
    request.max_content_length = min(MAX_JSON_BYTES, request.max_content_length or MAX_JSON_BYTES)
    if request.args:
        raise InvalidRequest.of(next(iter(request.args)), "belongs into the JSON, not into the URL")
    try:
        asked = SimilarRequest.model_validate_json(request.get_data(cache=False), strict=True)
    except ValidationError as error:
        raise InvalidRequest(*field_errors(error)) from error
    return _query(asked, strict=True)


def _from_form(request: Request) -> Query:
    try:
        files, fields = request.files, request.form
    except ValueError as error:
        raise InvalidRequest.of("body", f"malformed multipart/form-data: {error}") from error
    unknown = [name for name in files if name != "file"]
    if unknown:
        raise InvalidRequest.of(unknown[0], "unknown; the photo is the part named file")
    if "file" in fields:
        raise InvalidRequest.of("file", "comes as a text; send it as a file, with a file name")
    uploads = files.getlist("file")
    if len(uploads) > 1:
        raise InvalidRequest.of("file", f"one photo is wanted, not {len(uploads)}")
    parameters = _nested(request.args, _PARAMETERS)
    in_form = _nested(fields, _FORM_FIELDS)
    if twice := parameters.keys() & in_form.keys():
        raise InvalidRequest.of(min(twice), "given both in the form and in the URL")
    asked = _validated({**parameters, **in_form}, strict=False)
    return _query(asked, strict=False, photo=uploads[0].read() if uploads else None)


def _query(asked: SimilarRequest, *, strict: bool, photo: bytes | None = None) -> Query:
    given = [
        name
        for name, value in (("file", photo), ("image_url", asked.image_url), ("product_id", asked.product_id))
        if value is not None
    ]
    if not given:
        raise InvalidRequest.of("body", "nothing to look for: send a photo, an image_url or a product_id")
    if len(given) > 1:
        raise InvalidRequest.of(given[1], f"cannot be combined with {given[0]}: look for one thing at a time")
    if photo == b"":
        raise InvalidRequest.of("file", "the photo is empty")
    return Query(
        limit=asked.limit,
        filters=asked.filters,
        strict=strict,
        photo=photo,
        image_url=asked.image_url,
        product_id=asked.product_id,
    )


def _nested(given: MultiDict[str, str], known: Iterable[str]) -> dict[str, Any]:
    """Names with dots as nested objects: `filter.price.gte=5` is `{"filters": {"price": {"gte": "5"}}}`."""
    nested: dict[str, Any] = {}
    filters: dict[str, Any] = {}
    for name, values in given.lists():
        if name.startswith(_FILTER_PREFIX):
            field, _, bound = name.removeprefix(_FILTER_PREFIX).partition(".")
            place, key = (filters, field) if not bound else (filters.setdefault(field, {}), bound)
            if not isinstance(place, dict) or key in place:
                raise InvalidRequest.of(name, "given both as a value and as bounds")
            place[key] = values[0] if len(values) == 1 else values
        elif name not in known:
            raise InvalidRequest.of(name, f"unknown; known: {', '.join(sorted(known))}, filter.<field>")
        elif len(values) > 1:
            raise InvalidRequest.of(name, f"given {len(values)} times")
        else:
            nested[name] = values[0]
    return {**nested, "filters": filters} if filters else nested


def _validated(given: Mapping[str, Any], *, strict: bool) -> SimilarRequest:
    try:
        return SimilarRequest.model_validate(given, strict=strict)
    except ValidationError as error:
        raise InvalidRequest(*field_errors(error)) from error


def field_errors(error: ValidationError) -> list[FieldError]:
    """What pydantic found, in our words, as much of it as is of use."""
    return [
        FieldError(".".join(str(part) for part in each["loc"]) or "body", each["msg"])
        for each in error.errors(include_url=False, include_context=False, include_input=False)[:_MAX_ERRORS]
    ]
