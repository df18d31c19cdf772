"""/metrics, in Prometheus' text format."""

from collections.abc import Callable

from flask import Blueprint, Response

from telemetry import Metrics


def metrics_routes(metrics: Metrics, *, allow: Callable[[], None]) -> Blueprint:
    """The metrics, after `allow` has raised nothing."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    def exposition() -> Response:
        allow()
        return Response(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")

    return routes
