"""/openapi.json."""

from collections.abc import Mapping

import orjson
from flask import Blueprint, Response

from search_api.openapi.document import openapi_document


def openapi_routes(attributes: Mapping[str, str]) -> Blueprint:
    """The API's description; attributes: name → type of the shop's filterable attributes."""
    routes = Blueprint("openapi", __name__)
    document = orjson.dumps(openapi_document(attributes), option=orjson.OPT_INDENT_2)

    @routes.get("/openapi.json")
    def description() -> Response:
        return Response(document, content_type="application/json", headers={"Cache-Control": "no-cache"})

    return routes
