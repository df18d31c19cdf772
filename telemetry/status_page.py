"""What a service is doing, in words, as a page for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:46rem;padding:0 1rem;"
    "color-scheme:light dark}h1{font-size:1.4rem}th{text-align:left;padding-right:1.5rem;"
    "vertical-align:top;font-weight:600;white-space:nowrap}td{overflow-wrap:anywhere}"
)


@dataclass(frozen=True, slots=True)
class StatusInWords:
    """`headline`: the one sentence to read. `facts`: what else there is to know, by name, in order."""

    headline: str
    facts: Mapping[str, str]


def status_page(service: str, status: StatusInWords) -> str:
    """An HTML page that needs nothing else, and loads itself again every five seconds."""
    rows = "\n".join(
        f"<tr><th scope=row>{escape(name)}</th><td>{escape(fact)}</td></tr>"
        for name, fact in status.facts.items()
    )
    return (
        "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n"
        "<meta name=viewport content='width=device-width'>\n<meta http-equiv=refresh content=5>\n"
        f"<title>{escape(service)}: {escape(status.headline)}</title>\n<style>{_STYLE}</style>\n"
        f"<h1>{escape(status.headline)}</h1>\n<table>\n{rows}\n</table>\n"
        "<p><a href=/readyz>readiness</a> · <a href=/healthz>health</a> · <a href=/metrics>metrics</a></p>\n"
        "</html>\n"
    )
