"""GET /products/<id>."""

from flask import Blueprint, Response, request

from search_api.http.access import Access
from search_api.http.api_keys import Scope
from search_api.index.product_report import product_report
from search_api.parts import Parts
from search_api.routes.json_answer import json_answer


def product_routes(parts: Parts, access: Access) -> Blueprint:
    """What is indexed of a product."""
    routes = Blueprint("products", __name__)

    @routes.get("/products/<product_id:product_id>")
    def report(product_id: str) -> Response:
        access.require(request, Scope.SEARCH)
        return json_answer(product_report(parts.index, product_id, with_reasons=access.holds_key(request)))

    return routes
