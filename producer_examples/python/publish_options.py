"""One product's event from options: `publish.py create 665f1c0a --name …`."""

import json
from collections.abc import Callable
from typing import Any

import click

from producer_examples.python.kafka_options import kafka_options
from product_events import EventType
from product_events.event_time import format_time


def _moment(_context: click.Context, _parameter: click.Parameter, value: Any) -> str | None:
    if value is None:
        return None
    if value.utcoffset() is None:
        raise click.BadParameter("has no offset from UTC: 2026-11-23T02:17:00+0000")
    return format_time(value)


def _attributes(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, Any]:
    """A name given twice has a list of values; JSON scalars are taken for what they are."""
    found: dict[str, list[Any]] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not name.strip() or not equals:
            raise click.BadParameter(f"{value!r} is not NAME=VALUE")
        found.setdefault(name.strip(), []).append(_scalar(text))
    return {name: given[0] if len(given) == 1 else given for name, given in found.items()}


def _scalar(text: str) -> Any:
    try:
        read = json.loads(text)
    except ValueError:
        return text
    return text if isinstance(read, dict | list) or read is None else read


def state_options(command: Callable[..., None]) -> Callable[..., None]:
    options = (
        click.argument("product_id", metavar="ID"),
        kafka_options("/publish"),
        click.option("--name", help="What shoppers call it."),
        click.option("--category", help="The kind of product."),
        click.option("--brand"),
        click.option("--price", help="A number, in units of --currency."),
        click.option("--currency", help="An ISO 4217 code."),
        click.option("--in-stock/--out-of-stock", default=None, help="Whether it can be bought now."),
        click.option("--url", help="The product's page in the shop."),
        click.option("--image", "images", multiple=True, metavar="URL", help="A picture. Repeat for more."),
        click.option(
            "--attribute",
            "attributes",
            multiple=True,
            metavar="NAME=VALUE",
            callback=_attributes,
            help="What else is filterable or shown. The same name twice makes a list.",
        ),
        click.option("--version", type=int, help="Grows with every change; needed with --order version."),
        time_option,
        click.option("--refetch", is_flag=True, help="Download all pictures again."),
        click.option("--dry-run", is_flag=True, help="Check it and print what would be sent."),
    )
    for option in reversed(options):
        command = option(command)
    return command


time_option = click.option(
    "--time",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"]),
    callback=_moment,
    help="When it happened, with an offset from UTC. Left out: now.",
)


def event_line(kind: EventType, given: dict[str, Any]) -> bytes:
    """The line of a file that says what the options say."""
    names = (
        "name",
        "category",
        "brand",
        "price",
        "currency",
        "in_stock",
        "url",
        "images",
        "attributes",
        "version",
    )
    data = {name: given[name] for name in names if given.get(name) not in (None, (), {})}
    event = {
        "specversion": "1.0",
        "type": kind.value,
        "source": given["source"],
        "data": {"id": given["product_id"], **data, **({"refetch": True} if given.get("refetch") else {})},
        **({"time": given["time"]} if given["time"] else {}),
    }
    return json.dumps(event).encode()
