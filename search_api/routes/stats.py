"""/stats: counts, freshness, lag, generation."""

from collections.abc import Callable
from time import time_ns

from flask import Blueprint, Response

from search_api.index.index_stats import index_stats
from search_api.parts import Parts
from search_api.routes.json_answer import json_answer


def stats_routes(
    parts: Parts, *, allow: Callable[[], None], now_ms: Callable[[], int] = lambda: time_ns() // 1_000_000
) -> Blueprint:
    """What the index holds, after `allow` has raised nothing. now_ms: milliseconds since 1970."""
    routes = Blueprint("stats", __name__)

    @routes.get("/stats")
    def stats() -> Response:
        allow()
        return json_answer(index_stats(parts.index, now_ms))

    return routes
