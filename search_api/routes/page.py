"""The page for people at `/`, and that for engineers at `/docs`; their files are in `search_api/static`."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

_FOLDER = Path(__file__).parent.parent / "static"
_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class _PageFile:
    content: bytes
    content_type: str
    etag: str

    @classmethod
    def read(cls, path: Path) -> Self:
        content = path.read_bytes()
        return cls(content, _CONTENT_TYPES[path.suffix], sha256(content).hexdigest()[:16])

    def answer(self) -> Response:
        response = Response(
            self.content, content_type=self.content_type, headers={"Cache-Control": "no-cache"}
        )
        response.set_etag(self.etag)
        response.make_conditional(request)
        return response


def page_routes() -> Blueprint:
    """The page and its files, read once, each revalidated by browsers."""
    routes = Blueprint("page", __name__)
    files = {path.name: _PageFile.read(path) for path in _FOLDER.iterdir()}

    @routes.get("/")
    def page() -> Response:
        return files["index.html"].answer()

    @routes.get("/docs")
    def documentation() -> Response:
        return files["docs.html"].answer()

    @routes.get("/static/<name>")
    def file(name: str) -> Response:
        if name not in files:
            raise NotFound
        return files[name].answer()

    @routes.get("/favicon.ico")
    def icon() -> Response:
        return files["icon.svg"].answer()

    return routes
