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
from search_api.schemas import DEFAULT_LIMIT, SimilarRequest

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


@dataclass(frozen=True, slots=True)
class _Part:
    """What one part of a request, its body or its URL, asks for; `strict` as in Query."""

    asked: SimilarRequest
    strict: bool


def read_query(request: Request) -> Query:
    """The query of a POST.

    Raises InvalidRequest, UnsupportedBody, and Werkzeug's errors for bodies beyond the limits.
    """
    in_url = _from_texts(request.args, _PARAMETERS)
    match request.mimetype:
        case "multipart/form-data":
            photo, in_form = _from_form(request)
            return _query(photo, in_url, in_form)
        case "application/json":
            return _query(None, in_url, _from_json(request))
        case mimetype if mimetype.startswith("image/"):
            return _query(request.get_data(cache=False), in_url)
        case mimetype:
            said = f"not {mimetype}" if mimetype else "and the request says nothing of its content type"
            raise UnsupportedBody(f"a query is multipart/form-data, application/json or image/*, {said}")


def product_query(product_id: str, parameters: MultiDict[str, str]) -> Query:
    """The query by a product, from a URL. Raises InvalidRequest."""
    product = _Part(_validated({"product_id": product_id}, strict=True), strict=True)
    return _query(None, _from_texts(parameters, _PARAMETERS), product)


def _from_json(request: Request) -> _Part:
    request.max_content_length = min(MAX_JSON_BYTES, request.max_content_length or MAX_JSON_BYTES)
    try:
        asked = SimilarRequest.model_validate_json(request.get_data(cache=False), strict=True)
    except ValidationError as error:
        raise InvalidRequest(*_field_errors(error)) from error
    return _Part(asked, strict=True)


def _from_form(request: Request) -> tuple[bytes | None, _Part]:
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
    return uploads[0].read() if uploads else None, _from_texts(fields, _FORM_FIELDS)


def _query(photo: bytes | None, *parts: _Part) -> Query:
    """The query that the parts make together; what is given twice is refused, and not guessed."""
    given: dict[str, Any] = {} if photo is None else {"file": photo}
    strict = True
    for part in parts:
        for name in sorted(part.asked.model_fields_set):
            if name in given:
                raise InvalidRequest.of(name, "given both in the body and in the URL")
            given[name] = getattr(part.asked, name)
            strict = part.strict if name == "filters" else strict
    wanted = [name for name in ("file", "image_url", "product_id") if given.get(name) is not None]
    if not wanted:
        raise InvalidRequest.of("body", "nothing to look for: send a photo, an image_url or a product_id")
    if len(wanted) > 1:
        raise InvalidRequest.of(
            wanted[1], f"cannot be combined with {wanted[0]}: look for one thing at a time"
        )
    if photo == b"":
        raise InvalidRequest.of("file", "the photo is empty")
    return Query(
        limit=given.get("limit", DEFAULT_LIMIT),
        filters=given.get("filters", {}),
        strict=strict,
        photo=photo,
        image_url=given.get("image_url"),
        product_id=given.get("product_id"),
    )


def _from_texts(given: MultiDict[str, str], known: Iterable[str]) -> _Part:
    return _Part(_validated(_nested(given, known), strict=False), strict=False)


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
        raise InvalidRequest(*_field_errors(error)) from error


def _field_errors(error: ValidationError) -> list[FieldError]:
    """What pydantic found, in our words, as much of it as is of use."""
    return [
        FieldError(".".join(str(part) for part in each["loc"]) or "body", each["msg"])
        for each in error.errors(include_url=False, include_context=False, include_input=False)[:_MAX_ERRORS]
    ]
