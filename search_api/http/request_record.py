"""What is kept of each request: an id, a line in the log, and metrics."""

from time import perf_counter
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

from search_api.metric_definitions import REQUEST_SECONDS, REQUESTS
from telemetry import Metrics

_log = structlog.get_logger()
# Asked for every few seconds by machines.
_QUIET = {"health", "metrics", "stats"}


def request_id() -> str:
    """The id of the request that is being answered: a UUID, in its answer and in every line of its log."""
    if "request_id" not in g:
        g.request_id = str(uuid4())
    return str(g.request_id)


def record_requests(app: Flask, metrics: Metrics) -> None:
    """Log and count every request. Query strings, bodies, keys and addresses of callers are not logged."""

    @app.before_request
    def begin() -> None:
        g.began = perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id())

    @app.after_request
    def end(response: Response) -> Response:
        seconds = perf_counter() - g.get("began", perf_counter())
        # The rule and not the path: paths are without number.
        route = request.url_rule.rule if request.url_rule is not None else "none"
        metrics.count(REQUESTS, route=route, status=str(response.status_code))
        metrics.observe(REQUEST_SECONDS, seconds, route=route)
        response.headers["X-Request-ID"] = request_id()
        log = _log.debug if request.blueprint in _QUIET else _log.info
        log(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            milliseconds=round(1000 * seconds, 1),
        )
        return response
