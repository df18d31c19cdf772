"""How many searches one client may make."""

from collections.abc import Iterable
from http import HTTPStatus

from flask import Blueprint, Flask, Response, request
from flask_limiter import HeaderNames, Limiter
from flask_limiter.util import get_remote_address
from limits import parse_many
from limits.errors import ConfigurationError

from search_api.errors import Misconfigured
from search_api.http.access import Access
from search_api.queries.query_reading import searches_asked

_WINDOW_ENDS = "X-RateLimit-Window"


def limit_searches(
    app: Flask, access: Access, searches: Iterable[Blueprint], *, limit: str, storage: str
) -> None:
    """Refuse requests to these blueprints beyond the limit, counted by API key, else by address.

    limit: in Flask-Limiter's notation; empty: none.
    storage: where counts are kept; while it cannot be reached, they are kept in this process's memory.
    Raises Misconfigured.
    """
    if not limit:
        return

    def client() -> str:
        key = access.key_of(request)
        return f"key:{key.name}" if key is not None else f"address:{get_remote_address()}"

    # Flask-Limiter says when to come back in every answer, those of success included, and would outdo the
    # few seconds of a 503. Functions after a request run last registered first, so this one after its own.
    @app.after_request
    def keep_for_refusals(response: Response) -> Response:
        seconds = response.headers.pop(_WINDOW_ENDS, None)
        if seconds is not None and response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            response.headers["Retry-After"] = seconds
        return response

    try:
        parse_many(limit)
        limiter = Limiter(
            client,
            storage_uri=storage,
            headers_enabled=True,
            header_name_mapping={HeaderNames.RETRY_AFTER: _WINDOW_ENDS},
            in_memory_fallback=[limit],
        )
        limiter.init_app(app)
    except ValueError as error:
        raise Misconfigured(f"SEARCH_API_RATE_LIMIT: {error}") from error
    except ConfigurationError:
        # Its own text repeats the address, and so a password.
        raise Misconfigured(
            f"SEARCH_API_RATE_LIMIT_STORAGE: {storage.partition(':')[0][:20]}:// is no storage; there are "
            "memory://, redis:// and rediss://"
        ) from None
    # A browser asks by OPTIONS before it posts for another site's page: that is no search.
    limiter.request_filter(lambda: request.method == "OPTIONS")
    # A batch is as many searches as it has queries, or it would be a way around the limit.
    shared = limiter.shared_limit(limit, scope="searches", cost=lambda: searches_asked(request))
    for each in searches:
        shared(each)
