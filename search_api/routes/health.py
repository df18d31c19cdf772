"""/healthz and /readyz."""

from flask import Blueprint, Response

from search_api.errors import FieldError
from search_api.http.error_answers import problem_response
from search_api.index.index_watch import SILENT_AFTER_SECONDS
from search_api.metric_definitions import INDEX_SILENT_SECONDS
from search_api.parts import Parts
from search_api.problems import NOT_READY
from search_api.routes.json_answer import json_answer
from search_api.schemas import HealthAnswer, ReadyAnswer
from search_api.waiting import waiting_for


def health_routes(parts: Parts) -> Blueprint:
    """Whether the process lives, and whether it can answer."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def alive() -> Response:
        return json_answer(HealthAnswer(status="alive"))

    @routes.get("/readyz")
    def ready() -> Response:
        if not (waits := waiting_for(parts)):
            return json_answer(ReadyAnswer(status="ready", note=_note(parts)))
        fields = [FieldError(part, reason) for part, reason in waits.items()]
        again = {"Retry-After": str(NOT_READY.retry_after_seconds)}
        return problem_response(NOT_READY, "; ".join(waits.values()), fields=fields, headers=again)

    return routes


def _note(parts: Parts) -> str | None:
    """An index that nobody writes still answers, so it is no reason to be taken out of service."""
    silent_seconds = parts.metrics.value(INDEX_SILENT_SECONDS)
    if silent_seconds < SILENT_AFTER_SECONDS:
        return None
    return (
        f"the index is not kept up to date: for {silent_seconds:.0f} s none of its consumers has said that "
        "it is at work"
    )
