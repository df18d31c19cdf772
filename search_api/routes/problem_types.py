"""/problems/<slug>: what a problem's `type` leads to."""

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from search_api.problems import problem_types


def problem_routes() -> Blueprint:
    """A line on each kind of problem."""
    routes = Blueprint("problems", __name__)
    texts = {kind.slug: f"{kind.slug}: {kind.title} (status {kind.status}).\n" for kind in problem_types()}

    @routes.get("/problems/<slug>")
    def explain(slug: str) -> Response:
        if slug not in texts:
            raise NotFound
        return Response(texts[slug], content_type="text/plain; charset=utf-8")

    return routes
