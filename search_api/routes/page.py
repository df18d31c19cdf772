"""The page for people, at `/`; its files are in `search_api/static`."""

from pathlib import Path

from flask import Blueprint, Response, send_from_directory

_FOLDER = Path(__file__).parent.parent / "static"


def page_routes() -> Blueprint:
    """The page and its files, each revalidated by its ETag."""
    routes = Blueprint("page", __name__)

    @routes.get("/")
    def page() -> Response:
        return send_from_directory(_FOLDER, "index.html", max_age=0)

    @routes.get("/static/<path:name>")
    def file(name: str) -> Response:
        return send_from_directory(_FOLDER, name, max_age=0)

    @routes.get("/favicon.ico")
    def icon() -> Response:
        return send_from_directory(_FOLDER, "icon.svg", max_age=86_400)

    return routes
