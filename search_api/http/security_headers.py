"""Headers that tell browsers how little they may do with what comes from here."""

from collections.abc import Iterable

from flask import Flask, Response

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=(), usb=()",
}
_POLICY_OF_DATA = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def add_security_headers(app: Flask, *, plain_http_image_hosts: Iterable[str]) -> None:
    """Put them on every answer.

    plain_http_image_hosts: hosts without TLS whose pictures the page may show, `http://` before them or not.
    """
    policy_of_page = content_security_policy(plain_http_image_hosts)

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        policy = policy_of_page if response.mimetype == "text/html" else _POLICY_OF_DATA
        response.headers.setdefault("Content-Security-Policy", policy)
        return response


def content_security_policy(plain_http_image_hosts: Iterable[str]) -> str:
    """The page's policy: own scripts and styles from files, pictures of the shop, and nothing else."""
    origins = [f"http://{host.rpartition('://')[2]}" for host in plain_http_image_hosts]
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            " ".join(("img-src 'self' https: data: blob:", *origins)),
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )
