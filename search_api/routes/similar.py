"""POST /find_similar, GET /products/<id>/similar."""

from flask import Blueprint, Response, request

from search_api.access import Access
from search_api.api_keys import Scope
from search_api.metric_definitions import STAGE_SECONDS
from search_api.parts import Parts
from search_api.query import Query, product_query, read_query
from search_api.routes.json_answer import json_answer
from search_api.similar import find_similar
from search_api.stopwatch import Stopwatch


def similar_routes(parts: Parts, access: Access) -> Blueprint:
    """The searches."""
    routes = Blueprint("similar", __name__)

    def answer(query: Query) -> Response:
        watch = Stopwatch()
        try:
            found = find_similar(parts, query, watch)
        finally:
            for stage, seconds in watch.seconds.items():
                parts.metrics.observe(STAGE_SECONDS, seconds, stage=stage)
        response = json_answer(found)
        response.headers["Server-Timing"] = watch.server_timing()
        return response

    @routes.post("/find_similar")
    def by_query() -> Response:
        access.require(request, Scope.SEARCH)
        return answer(read_query(request))

    @routes.get("/products/<product_id:product_id>/similar")
    def by_product(product_id: str) -> Response:
        access.require(request, Scope.SEARCH)
        return answer(product_query(product_id, request.args))

    return routes
