"""From an exception to the answer that a caller gets."""

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import structlog
from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from images.errors import UnavailableImage
from search_api.errors import FieldError, InvalidRequest, TooBusy
from search_api.http.request_record import request_id
from search_api.metric_definitions import PHOTOS_REFUSED
from search_api.metric_definitions import PROBLEMS as PROBLEMS_METRIC
from search_api.problems import ProblemType, problem_type_of
from search_api.schemas import ProblemDetails, ProblemField
from telemetry import Metrics

PROBLEM_JSON = "application/problem+json"
_LONGEST_RETRY_AFTER_SECONDS = 3600

_log = structlog.get_logger()


def answer_errors(app: Flask, metrics: Metrics) -> None:
    """Have every exception of the application answered as problem details, and none with a traceback."""

    def answer(error: Exception) -> Response:
        if isinstance(error, RequestRedirect):
            return Response(status=error.code, headers={"Location": error.new_url})
        kind = problem_type_of(error)
        details = problem_details_of(error, metrics)
        return _response(details, _headers(error, kind))

    # The documented edge: what nobody foresaw is answered here, and Werkzeug's own HTML never.
    app.register_error_handler(Exception, answer)


def problem_details_of(error: Exception, metrics: Metrics) -> ProblemDetails:
    """What the caller is told of an exception, which is counted, and logged where there is more to know.

    To be called while a request is answered.
    """
    kind = problem_type_of(error)
    metrics.count(PROBLEMS_METRIC, problem=kind.slug)
    if isinstance(error, TooBusy):
        metrics.count(PHOTOS_REFUSED, reason=type(error).__name__)
    if kind.detail is not None:
        # The caller is told less than there is to know; a traceback only helps where we are at fault.
        ours = error if kind.status == HTTPStatus.INTERNAL_SERVER_ERROR else None
        _log.error("request failed", problem=kind.slug, reason=str(error), exc_info=ours)
    return _details(kind, _detail(error, kind), error.fields if isinstance(error, InvalidRequest) else ())


def problem_response(
    kind: ProblemType,
    detail: str,
    *,
    fields: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One problem as `application/problem+json`; to be called while a request is answered."""
    return _response(_details(kind, detail, fields), headers or {})


def _details(kind: ProblemType, detail: str, fields: Sequence[FieldError]) -> ProblemDetails:
    return ProblemDetails(
        type=f"/problems/{kind.slug}",
        title=kind.title,
        status=kind.status,
        detail=detail,
        instance=f"urn:uuid:{request_id()}",
        errors=[ProblemField(field=each.field, detail=each.detail) for each in fields] or None,
    )


def _response(details: ProblemDetails, headers: Mapping[str, str]) -> Response:
    return Response(
        details.model_dump_json(exclude_none=True),
        status=details.status,
        content_type=PROBLEM_JSON,
        headers={"Cache-Control": "no-store", **headers},
    )


def _detail(error: Exception, kind: ProblemType) -> str:
    if kind.detail is not None:
        return kind.detail
    text = error.description if isinstance(error, HTTPException) else str(error)
    return " ".join((text or kind.title).split())


def _headers(error: Exception, kind: ProblemType) -> dict[str, str]:
    headers: dict[str, str] = {}
    if isinstance(error, HTTPException):
        # What HTTP wants to go along: Allow with a 405, Retry-After with a 429.
        headers |= {name: value for name, value in error.get_headers() if name != "Content-Type"}
    if kind.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    seconds: float | None = kind.retry_after_seconds
    if isinstance(error, UnavailableImage) and error.retry_after_seconds is not None:
        seconds = error.retry_after_seconds
    if seconds is not None:
        headers["Retry-After"] = str(min(max(1, math.ceil(seconds)), _LONGEST_RETRY_AFTER_SECONDS))
    return headers
