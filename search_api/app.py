"""The application, from its parts."""

from flask import Flask, request

from search_api.http.access import Access
from search_api.http.api_keys import KeyRing
from search_api.http.bounded_request import BoundedRequest
from search_api.http.cross_origin import allow_origins
from search_api.http.error_answers import answer_errors
from search_api.http.rate_limits import limit_searches
from search_api.http.raw_paths import ProductIdConverter, RawProductPaths
from search_api.http.request_record import record_requests
from search_api.http.security_headers import add_security_headers
from search_api.parts import Parts
from search_api.routes.health import health_routes
from search_api.routes.metrics import metrics_routes
from search_api.routes.openapi import openapi_routes
from search_api.routes.page import page_routes
from search_api.routes.problem_types import problem_routes
from search_api.routes.products import product_routes
from search_api.routes.seed import seed_routes
from search_api.routes.similar import similar_routes
from search_api.routes.stats import stats_routes
from search_api.settings import SearchApiSettings

# A query's lists come as a part for each of their values: up to 200 products to leave out, say.
_MAX_FORM_PARTS = 400
_MAX_FORM_FIELD_BYTES = 100_000


def create_app(parts: Parts, settings: SearchApiSettings) -> Flask:
    """The API and the page, over parts that the caller owns and closes. Raises Misconfigured."""
    app = _bare_app(parts)
    app.config.update(
        MAX_CONTENT_LENGTH=settings.search_api_max_body_bytes,
        MAX_FORM_MEMORY_SIZE=_MAX_FORM_FIELD_BYTES,
        MAX_FORM_PARTS=_MAX_FORM_PARTS,
        TRUSTED_HOSTS=list(settings.search_api_trusted_hosts) or None,
    )
    plain_http = [host for host in settings.image_allowed_hosts if host.startswith("http://")]
    add_security_headers(app, plain_http_image_hosts=(*settings.image_local_hosts, *plain_http))
    access = Access(KeyRing(settings.search_api_keys))
    searches = (
        similar_routes(parts, access, cache_seconds=settings.search_api_cache_seconds),
        product_routes(parts, access),
    )
    limit_searches(
        app,
        access,
        searches,
        limit=settings.search_api_rate_limit,
        storage=settings.search_api_rate_limit_storage.get_secret_value(),
    )
    allow_origins(app, settings.search_api_cors_origins)
    for routes in (
        *searches,
        seed_routes(
            parts,
            access,
            data_urls=settings.image_data_urls,
            max_upload_bytes=settings.image_data_url_max_bytes,
        ),
        page_routes(),
        problem_routes(),
        openapi_routes(settings.filterable_attributes),
        metrics_routes(parts.metrics, allow=lambda: access.require_any(request)),
        stats_routes(parts, allow=lambda: access.require_any(request)),
    ):
        app.register_blueprint(routes)
    return app


def create_status_app(parts: Parts) -> Flask:
    """Health, readiness, metrics and statistics alone, for a port that only operators reach."""
    app = _bare_app(parts)
    add_security_headers(app, plain_http_image_hosts=())
    app.register_blueprint(metrics_routes(parts.metrics, allow=lambda: None))
    app.register_blueprint(stats_routes(parts, allow=lambda: None))
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
