"""Writes the reference pages that the code already knows: settings, metrics, errors.

    python docs/build_reference.py

A test compares what is committed with what this would write.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from pydantic import SecretStr  # noqa: E402 - the rooms are found from the repository's root
from pydantic.fields import FieldInfo  # noqa: E402
from pydantic_core import PydanticUndefined  # noqa: E402

import consumer.metric_definitions as of_consumer  # noqa: E402
import search_api.metric_definitions as of_search_api  # noqa: E402
from consumer.errors import ConsumerError, what_happens_next  # noqa: E402
from consumer.settings import ConsumerSettings  # noqa: E402
from images.errors import ImageError  # noqa: E402
from model.errors import ModelError  # noqa: E402
from product_events import EventError  # noqa: E402
from search_api.errors import SearchApiError  # noqa: E402
from search_api.openapi.http_reference import http_api_page  # noqa: E402
from search_api.problems import problem_type_of  # noqa: E402
from search_api.settings import SearchApiSettings  # noqa: E402
from telemetry.metric_definitions import MetricDefinition  # noqa: E402
from vector_store import StoreError  # noqa: E402

REFERENCE = ROOT / "docs" / "reference"
_GENERATED = "*Generated from the code by `make docs-reference`.*"


def settings_page() -> str:
    """Every environment variable of both services."""
    consumer, search_api = ConsumerSettings.model_fields, SearchApiSettings.model_fields
    shared = consumer.keys() & search_api.keys()
    sections = (
        ("Both services", {name: consumer[name] for name in consumer if name in shared}),
        ("Consumer", {name: consumer[name] for name in consumer if name not in shared}),
        ("Search API", {name: search_api[name] for name in search_api if name not in shared}),
    )
    lines = [
        "# Settings",
        "",
        (
            "All settings are environment variables. A value that cannot be used is one line at the start, "
            "which names the variable. Lists are comma-separated."
        ),
        "",
        _GENERATED,
    ]
    for title, fields in sections:
        lines += ["", f"## {title}", "", "| variable | default | what it does |", "|---|---|---|"]
        lines += [_setting_row(name, field) for name, field in sorted(fields.items())]
    return "\n".join(lines) + "\n"


def metrics_page() -> str:
    """Every metric of both services."""
    lines = [
        "# Metrics",
        "",
        (
            "The consumer serves them at `/metrics` on CONSUMER_STATUS_PORT, the search API on "
            "SEARCH_API_STATUS_PORT, in Prometheus' text format."
        ),
        "",
        _GENERATED,
    ]
    for title, definitions in (
        ("Consumer", of_consumer.DEFINITIONS),
        ("Search API", of_search_api.DEFINITIONS),
    ):
        lines += ["", f"## {title}", "", "| metric | kind | labels | what it says |", "|---|---|---|---|"]
        lines += [_metric_row(each) for each in definitions]
    return "\n".join(lines) + "\n"


def errors_page() -> str:
    """Every error that has a name, and what it leads to in each service."""
    lines = [
        "# Errors",
        "",
        (
            "The names appear in logs, dead letters and metrics. What the consumer does: `dead_letter` puts "
            "the event or image aside and goes on; `retry` tries the image again later; `pause` repeats the "
            "call until it succeeds; `stop` ends the process with nothing committed past the failure. The "
            "search API answers with problem details (RFC 9457) of the status and type named here."
        ),
        "",
        _GENERATED,
    ]
    for title, root, in_consumer, in_search_api in (
        ("Events", EventError, True, False),
        ("Images", ImageError, True, True),
        ("Model", ModelError, True, True),
        ("Vector store", StoreError, True, True),
        ("Consumer", ConsumerError, True, False),
        ("Search API", SearchApiError, False, True),
    ):
        head = ["error", "means", *["consumer"] * in_consumer, *["search API"] * in_search_api]
        lines += ["", f"## {title}", "", _row(head), _row(["---"] * len(head))]
        for leaf in leaves(root):
            cells = [f"`{leaf.__name__}`", _first_sentence(leaf)]
            error = leaf.__new__(leaf)
            if in_consumer:
                cells.append(what_happens_next(error).value)
            if in_search_api:
                problem = problem_type_of(error)
                cells.append(f"{problem.status} `{problem.slug}`")
            lines.append(_row(cells))
    return "\n".join(lines) + "\n"


def leaves(root: type[Exception]) -> Iterator[type[Exception]]:
    """The classes of a tree that have no children, in the order of their definition."""
    children = root.__subclasses__()
    if not children:
        yield root
    for child in children:
        yield from leaves(child)


PAGES = {
    "settings.md": settings_page,
    "metrics.md": metrics_page,
    "errors.md": errors_page,
    "http-api.md": http_api_page,
}


def _setting_row(name: str, field: FieldInfo) -> str:
    description = field.description or ""
    if field.examples:
        description += " For example `" + "`, `".join(map(str, field.examples)) + "`."
    return _row([f"`{name.upper()}`", _default(field), description])


def _default(field: FieldInfo) -> str:
    value: object = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined:
        return "required"
    if value is None or isinstance(value, SecretStr) or value in ((), {}, ""):
        return "–"
    return f"`{_text(value)}`"


def _text(value: object) -> str:
    if isinstance(value, Path) and value.is_relative_to(ROOT):
        return str(value.relative_to(ROOT))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, tuple):
        return ",".join(_text(each) for each in value)
    return str(value)


def _metric_row(metric: MetricDefinition) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels) or "–"
    return _row([f"`{metric.name}`", metric.kind.value, labels, metric.description])


def _first_sentence(kind: type) -> str:
    paragraph = (kind.__doc__ or "").split("\n\n")[0]
    return " ".join(paragraph.split()).removesuffix(".")


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def write(folder: Path = REFERENCE) -> Mapping[str, int]:
    """Write every page; returns their sizes in characters."""
    folder.mkdir(parents=True, exist_ok=True)
    return {name: (folder / name).write_text(page(), "utf-8") for name, page in PAGES.items()}


if __name__ == "__main__":
    for name, size in write().items():
        print(f"{name}: {size} characters")
