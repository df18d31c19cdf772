"""The API's description as OpenAPI 3.1, generated from the models that read requests and write answers."""

from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from search_api import problems
from search_api.openapi.examples import (
    BATCH_ANSWER,
    KEPT_ANSWER,
    PRODUCT_REPORT,
    SIMILAR_ANSWER,
    STATS_ANSWER,
)
from search_api.openapi.parameters import PRODUCT_ID, filters_schema, form_fields, search_parameters
from search_api.openapi.writing import EXAMPLE as WRITE_ANSWER
from search_api.openapi.writing import writing_paths
from search_api.problems import ProblemType
from search_api.queries.similar_request import MAX_PHOTOS, BatchRequest, SimilarRequest
from search_api.schemas import (
    BatchAnswer,
    HealthAnswer,
    ProblemDetails,
    ProductReport,
    ReadyAnswer,
    SimilarAnswer,
    StatsAnswer,
)
from search_api.writing.write_answer import WriteAnswer

_DESCRIPTION = (
    "Which of the shop's products look like a photo, an image's URL or a product. Every error is "
    "`application/problem+json` (RFC 9457). Where API keys are configured, searches need one, as "
    "`Authorization: Bearer <key>` or `X-API-Key: <key>`."
)
_MODELS: tuple[tuple[type[BaseModel], JsonSchemaMode], ...] = (
    (SimilarRequest, "validation"),
    (BatchRequest, "validation"),
    (SimilarAnswer, "serialization"),
    (BatchAnswer, "serialization"),
    (ProductReport, "serialization"),
    (StatsAnswer, "serialization"),
    (WriteAnswer, "serialization"),
    (HealthAnswer, "serialization"),
    (ReadyAnswer, "serialization"),
    (ProblemDetails, "serialization"),
)
_EXAMPLES: Mapping[type[BaseModel], BaseModel] = {
    SimilarAnswer: SIMILAR_ANSWER,
    BatchAnswer: BATCH_ANSWER,
    ProductReport: PRODUCT_REPORT,
    StatsAnswer: STATS_ANSWER,
    WriteAnswer: WRITE_ANSWER,
}
_HTTP = problems.HTTP_PROBLEMS
_OF_EVERY_REQUEST = (_HTTP[400], problems.UNFORESEEN)
_OF_EVERY_SEARCH = (
    *_OF_EVERY_REQUEST,
    problems.INVALID,
    problems.KEY_NEEDED,
    problems.SCOPE_MISSING,
    problems.PRODUCT_UNKNOWN,
    problems.NO_GENERATION,
    problems.STORE_UNAVAILABLE,
    problems.STORE_UNREADABLE,
    _HTTP[429],
)
_OF_COMPARING_PRODUCTS = (problems.NOTHING_INDEXED,)
_OF_QUERY_IDS = (problems.QUERY_ID_OUTDATED,)
_OF_PHOTOS = (
    problems.UNSUPPORTED,
    _HTTP[413],
    problems.IMAGE_UNREADABLE,
    problems.IMAGE_TOO_LARGE,
    problems.MODEL_LOADING,
    problems.MODEL_MISSING,
    problems.MODEL_FAILED,
    problems.TOO_BUSY,
    _HTTP[408],
    _HTTP[503],
)
_OF_IMAGE_URLS = (
    problems.URL_REFUSED,
    problems.IMAGE_REFUSED,
    problems.IMAGE_HOST_FAILED,
    problems.IMAGE_HOST_SLOW,
    problems.IMAGE_HOST_BUSY,
)


def openapi_document(attributes: Mapping[str, str]) -> dict[str, Any]:
    """The whole document. attributes: name → type of the shop's filterable attributes."""
    schemas = models_json_schema(_MODELS, ref_template="#/components/schemas/{model}")[1]["$defs"]
    schemas["SimilarRequest"]["properties"]["filters"] = filters_schema(attributes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Visual product search", "version": _version(), "description": _DESCRIPTION},
        "paths": {
            "/find_similar": {"post": _find_similar(attributes)},
            "/find_similar/batch": {"post": _find_similar_batch()},
            "/products/{product_id}/similar": {"get": _similar_to_product(attributes)},
            "/products/{product_id}": {"get": _product()},
            **writing_paths(_written),
            "/healthz": {"get": _health()},
            "/readyz": {"get": _readiness()},
            "/metrics": {"get": _metrics()},
            "/stats": {"get": _stats()},
        },
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
        # The empty one: where no key is configured, none is needed.
        "security": [{}, {"bearer": []}, {"header": []}],
    }


def _find_similar(attributes: Mapping[str, str]) -> dict[str, Any]:
    photo = {"type": "string", "contentMediaType": "image/*"}
    subjects = {
        "file": {
            "type": "array",
            "items": photo,
            "minItems": 1,
            "maxItems": MAX_PHOTOS,
            "description": "The photo, with a file name; several are averaged.",
        },
        "image_url": {"type": "string", "description": "Instead of a photo."},
        "product_id": {"type": "string", "description": "Instead of a photo."},
        "query_id": {"type": "string", "description": "Instead of a photo: an earlier answer's."},
    }
    form = {
        "type": "object",
        "properties": {**subjects, **form_fields()},
        "anyOf": [{"required": [name]} for name in (*subjects, "like", "unlike")],
        "description": "Filters as further fields, named as the URL's parameters.",
    }
    return {
        "operationId": "find_similar",
        "summary": "Find products that look like photos, an image's URL, a product, or other products",
        "description": "One of photos, `image_url`, `product_id` and `query_id`, or only `like` and "
        "`unlike`. What shapes the answer comes in the body or in the URL, each of it once.",
        "parameters": search_parameters(attributes, photos=True),
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {"schema": form},
                "application/json": {"schema": _ref(SimilarRequest)},
                "image/*": {"schema": photo},
            },
        },
        "responses": _responses(
            SimilarAnswer,
            (*_OF_EVERY_SEARCH, *_OF_COMPARING_PRODUCTS, *_OF_QUERY_IDS, *_OF_PHOTOS, *_OF_IMAGE_URLS),
        ),
    }


def _find_similar_batch() -> dict[str, Any]:
    return {
        "operationId": "find_similar_batch",
        "summary": "Answer several queries at once",
        "description": "Photos come by their URLs, and are embedded together. What is wrong with one query "
        "is its answer, and does not touch the others.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(BatchRequest)}}},
        "responses": _responses(
            BatchAnswer, (*_OF_EVERY_SEARCH, problems.UNSUPPORTED, problems.HTTP_PROBLEMS[413])
        ),
    }


def _similar_to_product(attributes: Mapping[str, str]) -> dict[str, Any]:
    found = _responses(SimilarAnswer, (*_OF_EVERY_SEARCH, *_OF_COMPARING_PRODUCTS), example=KEPT_ANSWER)
    etag = {
        "ETag": {
            "description": "A hash of the answer. Sent as If-None-Match, it is answered by 304 as long as "
            "nothing has changed.",
            "schema": {"type": "string"},
        }
    }
    found["200"]["headers"] = etag
    return {
        "operationId": "similar_to_product",
        "summary": "Find products that look like a product",
        "description": "The product itself is never in the answer. Browsers and caches may keep it.",
        "parameters": [PRODUCT_ID, *search_parameters(attributes, photos=False)],
        "responses": {
            "200": found.pop("200"),
            "304": {"description": "Not changed since the answer with this ETag.", "headers": etag},
            **found,
        },
    }


def _product() -> dict[str, Any]:
    return {
        "operationId": "product",
        "summary": "What is indexed of a product, and since when",
        "parameters": [PRODUCT_ID],
        "responses": _responses(ProductReport, _OF_EVERY_SEARCH),
    }


def _health() -> dict[str, Any]:
    return {
        "operationId": "health",
        "summary": "Whether the process lives",
        "security": [],
        "responses": _responses(HealthAnswer, _OF_EVERY_REQUEST),
    }


def _readiness() -> dict[str, Any]:
    return {
        "operationId": "readiness",
        "summary": "Whether searches can be answered, or what they wait for",
        "security": [],
        "responses": _responses(ReadyAnswer, (*_OF_EVERY_REQUEST, problems.NOT_READY)),
    }


def _metrics() -> dict[str, Any]:
    return {
        "operationId": "metrics",
        "summary": "Metrics in Prometheus' text format; without a key only on the status port",
        "security": [{"bearer": []}, {"header": []}],
        "responses": {
            "200": {"description": "The metrics.", "content": {"text/plain": {"schema": {"type": "string"}}}},
            **_problem_responses((*_OF_EVERY_REQUEST, problems.KEY_NEEDED)),
        },
    }


def _stats() -> dict[str, Any]:
    return {
        "operationId": "stats",
        "summary": "What the index holds and how fresh it is; without a key only on the status port",
        "security": [{"bearer": []}, {"header": []}],
        "responses": _responses(
            StatsAnswer,
            (
                *_OF_EVERY_REQUEST,
                problems.KEY_NEEDED,
                problems.NO_GENERATION,
                problems.STORE_UNAVAILABLE,
                problems.STORE_UNREADABLE,
            ),
        ),
    }


def _written(kinds: Iterable[ProblemType]) -> dict[str, Any]:
    answers = _responses(WriteAnswer, kinds)
    accepted = {
        **answers.pop("200"),
        "headers": {
            "Location": {
                "description": "What is indexed of the product, if the call names one.",
                "schema": {"type": "string"},
            }
        },
    }
    return {"202": accepted, **answers}


def _responses(
    model: type[BaseModel], kinds: Iterable[ProblemType], *, example: BaseModel | None = None
) -> dict[str, Any]:
    description = " ".join((model.__doc__ or "").split())
    content: dict[str, Any] = {"schema": _ref(model)}
    if (shown := example or _EXAMPLES.get(model)) is not None:
        content["example"] = shown.model_dump(mode="json")
    return {
        "200": {"description": description, "content": {"application/json": content}},
        **_problem_responses(kinds),
    }


def _problem_responses(kinds: Iterable[ProblemType]) -> dict[str, Any]:
    by_status: dict[int, dict[str, str]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, {})[kind.slug] = kind.title
    content = {"application/problem+json": {"schema": _ref(ProblemDetails)}}
    return {
        str(status): {
            "description": "; ".join(f"`{slug}`: {title}" for slug, title in titles.items()) + ".",
            "content": content,
        }
        for status, titles in sorted(by_status.items())
    }


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _version() -> str:
    try:
        return version("visual-product-search")
    except PackageNotFoundError:
        return "0.0.0"
