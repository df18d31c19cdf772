"""Product ids in URLs: any text, slashes included.

WSGI hands paths on decoded, where `a%2Fsimilar` and `a/similar` are the same. So product paths are routed as
they were sent, and the id is decoded when its part of the path is known.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from werkzeug.routing import BaseConverter

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PREFIX = "/products/"


class RawProductPaths:
    """WSGI middleware: a path below `/products/` reaches the application still percent-encoded."""

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Pass the request on."""
        path = _sent_path(environ.get("REQUEST_URI", ""))
        if path.startswith(_PREFIX):
            environ["PATH_INFO"] = path
        return self._application(environ, start_response)


class ProductIdConverter(BaseConverter):
    """A product id in a rule such as `/products/<product_id:product_id>/similar`."""

    # A slash that was not encoded is taken as part of the id too.
    part_isolating = False
    regex = ".+?"

    def to_python(self, value: str) -> str:
        """From the path as it was sent; bytes that are no UTF-8 become U+FFFD."""
        return unquote(value)

    def to_url(self, value: str) -> str:
        """As it has to be sent."""
        return quote(value, safe="")


def _sent_path(request_uri: str) -> str:
    path = request_uri.partition("?")[0].partition("#")[0]
    if not path.startswith("/"):
        # The form that is sent to a proxy: http://host/path.
        path = "/" + path.partition("://")[2].partition("/")[2]
    # A server drops further slashes at the beginning, and so must we, or a rule could be met under two names.
    return "/" + path.lstrip("/")
