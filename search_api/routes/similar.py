"""POST /find_similar, POST /find_similar/batch, GET /products/<id>/similar."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, Response, request

from search_api.batch import find_similar_batch
from search_api.http.access import Access
from search_api.http.api_keys import Scope
from search_api.http.error_answers import problem_details_of
from search_api.metric_definitions import STAGE_SECONDS
from search_api.parts import Parts
from search_api.queries.query_reading import product_query, read_batch, read_query
from search_api.routes.json_answer import json_answer, kept_answer
from search_api.schemas import BatchAnswer
from search_api.similar import find_similar
from search_api.stopwatch import Stopwatch


def similar_routes(parts: Parts, access: Access, *, cache_seconds: int) -> Blueprint:
    """The searches; cache_seconds: how long callers may keep what is similar to a product."""
    routes = Blueprint("similar", __name__)

    @contextmanager
    def observed() -> Iterator[Stopwatch]:
        watch = Stopwatch()
        try:
            yield watch
        finally:
            for stage, seconds in watch.seconds.items():
                parts.metrics.observe(STAGE_SECONDS, seconds, stage=stage)

    @routes.post("/find_similar")
    def by_query() -> Response:
        access.require(request, Scope.SEARCH)
        query = read_query(request)
        with observed() as watch:
            found = find_similar(parts, query, watch)
        return timed(json_answer(found), watch)

    @routes.post("/find_similar/batch")
    def by_queries() -> Response:
        access.require(request, Scope.SEARCH)
        asked = read_batch(request)
        with observed() as watch:
            found = find_similar_batch(parts, asked, watch)
        answers = [
            problem_details_of(each, parts.metrics) if isinstance(each, Exception) else each for each in found
        ]
        return timed(json_answer(BatchAnswer(answers=answers, timings_ms=watch.milliseconds())), watch)

    @routes.get("/products/<product_id:product_id>/similar")
    def by_product(product_id: str) -> Response:
        access.require(request, Scope.SEARCH)
        query = product_query(product_id, request.args)
        with observed() as watch:
            found = find_similar(parts, query, watch)
        # Timings differ each time, and would make each answer another one to caches.
        response = kept_answer(
            found.model_copy(update={"timings_ms": None}),
            request,
            seconds=cache_seconds,
            private=access.needs_key(Scope.SEARCH),
        )
        return timed(response, watch)

    return routes


def timed(response: Response, watch: Stopwatch) -> Response:
    """With what took how long in a header."""
    response.headers["Server-Timing"] = watch.server_timing()
    return response
