"""Which other sites' pages may call the API."""

import re
from collections.abc import Sequence

from flask import Flask
from flask_cors import CORS

_PATHS = r"/(find_similar|products/.*|openapi\.json)"


def allow_origins(app: Flask, origins: Sequence[str]) -> None:
    """Let pages of these origins call the searches, without cookies. Other origins get no header at all."""
    if not origins:
        return
    CORS(
        app,
        resources=_PATHS,
        # Patterns, since flask-cors takes a text with brackets (an IPv6 host) for one.
        origins=[re.compile(rf"{re.escape(origin)}\Z") for origin in origins],
        methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "X-API-Key"],
        expose_headers=["Retry-After", "Server-Timing", "X-Request-ID"],
        max_age=600,
    )
