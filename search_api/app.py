"""The application, from its parts."""

from flask import Flask, request

from search_api.access import Access
from search_api.api_keys import KeyRing
from search_api.bounded_request import BoundedRequest
from search_api.error_answers import answer_errors
from search_api.parts import Parts
from search_api.raw_paths import ProductIdConverter, RawProductPaths
from search_api.request_record import record_requests
from search_api.routes.health import health_routes
from search_api.routes.metrics import metrics_routes
from search_api.routes.page import page_routes
from search_api.routes.problem_types import problem_routes
from search_api.routes.products import product_routes
from search_api.routes.similar import similar_routes
from search_api.security_headers import add_security_headers
from search_api.settings import SearchApiSettings

_MAX_FORM_PARTS = 32
_MAX_FORM_FIELD_BYTES = 100_000


def create_app(parts: Parts, settings: SearchApiSettings) -> Flask:
    """The API and the page, over parts that the caller owns and closes."""
    app = _bare_app(parts)
    app.config.update(
        MAX_CONTENT_LENGTH=settings.search_api_max_body_bytes,
        MAX_FORM_MEMORY_SIZE=_MAX_FORM_FIELD_BYTES,
        MAX_FORM_PARTS=_MAX_FORM_PARTS,
        TRUSTED_HOSTS=list(settings.search_api_trusted_hosts) or None,
    )
    add_security_headers(app, local_image_hosts=settings.image_local_hosts)
    access = Access(KeyRing(settings.search_api_keys))
    app.register_blueprint(page_routes())
    app.register_blueprint(similar_routes(parts, access))
    app.register_blueprint(product_routes(parts, access))
    app.register_blueprint(problem_routes())
    app.register_blueprint(metrics_routes(parts.metrics, allow=lambda: access.require_any(request)))
    return app


def create_status_app(parts: Parts) -> Flask:
    """Health, readiness and metrics alone, for a port that only operators reach."""
    app = _bare_app(parts)
    add_security_headers(app, local_image_hosts=())
    app.register_blueprint(metrics_routes(parts.metrics, allow=lambda: None))
    return app


def _bare_app(parts: Parts) -> Flask:
    app = Flask("search_api", static_folder=None)
    app.request_class = BoundedRequest
    app.url_map.converters["product_id"] = ProductIdConverter
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = True
    app.wsgi_app = RawProductPaths(app.wsgi_app)  # type: ignore[method-assign]  # Flask's documented way to wrap it
    record_requests(app, parts.metrics)
    answer_errors(app, parts.metrics)
    app.register_blueprint(health_routes(parts))
    return app
