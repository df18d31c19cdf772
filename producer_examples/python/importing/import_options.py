"""The options of import_existing_products.py, and which of them go together."""

import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from producer_examples.python.importing.index_listing import own_command
from producer_examples.python.importing.joins import parse_join
from producer_examples.python.importing.mapping_rules import parse_map
from producer_examples.python.importing.open_source import FORMATS, is_mongodb
from producer_examples.python.kafka_options import kafka_options, shown

_ROOT: Final = Path(__file__).resolve().parents[3]

_Callback = Callable[[click.Context, click.Parameter, tuple[str, ...]], list[Any]]


def _parsed(parse: Callable[[str], Any]) -> _Callback:
    def parse_all(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> list[Any]:
        try:
            return [parse(value) for value in values]
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return parse_all


def _moment(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(
            f"{value!r} is no ISO 8601 time, as 2026-11-23 or 2026-11-23T02:17Z"
        ) from error
    return read.replace(tzinfo=UTC) if read.utcoffset() is None else read


def _words(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    if value is None:
        return own_command(_ROOT)
    try:
        words = tuple(shlex.split(value))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if not words:
        raise click.BadParameter("names no command")
    return words


def import_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give the command its source and all of its options."""
    options = (
        click.argument("source_name", metavar="SOURCE", envvar="MONGODB_URI"),
        kafka_options("/import"),
        shown("--collection", default="products", help="MongoDB: where the products are."),
        click.option("--database", help="MongoDB: where the collection is, if the URI does not say so."),
        click.option(
            "--format", "file_format", type=click.Choice(FORMATS), help="A file's, if its name does not tell."
        ),
        click.option(
            "--map",
            "maps",
            multiple=True,
            metavar="FIELD=PATH",
            callback=_parsed(parse_map),
            help="Where a field of the event is: name=details.title, attributes.colour=colour. Repeat.",
        ),
        click.option(
            "--join",
            "joins",
            multiple=True,
            metavar="FIELD=COLLECTION[:PATH]",
            callback=_parsed(parse_join),
            help="MongoDB: put documents of another collection where FIELD holds their ids; with a PATH, "
            "those that have the product's id there. Repeat.",
        ),
        click.option("--image-base-url", help="Goes in front of relative image addresses."),
        click.option(
            "--cloudinary-cloud", metavar="NAME", help="Makes an address of a picture's public id alone."
        ),
        click.option("--currency", help="Of prices without one, as EUR."),
        click.option(
            "--url-template", metavar="URL", help="A product's page, as https://shop.example/p/{id}."
        ),
        shown(
            "--max-images",
            envvar="MAX_IMAGES",
            type=click.IntRange(min=1),
            default=50,
            help="A product's, at most.",
        ),
        click.option(
            "--since", callback=_moment, metavar="TIME", help="Only what was changed since; UTC unless told."
        ),
        click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many products."),
        click.option(
            "--as-of", callback=_moment, metavar="TIME", help="When a file was exported, if not when written."
        ),
        click.option(
            "--state",
            "state_path",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Remembers what has arrived: the same command goes on there, later with what has changed.",
        ),
        click.option(
            "--rate", type=click.FloatRange(min=1), metavar="N", help="At most so many events a second."
        ),
        click.option(
            "--dry-run", is_flag=True, help="Show what would be sent and what cannot be read; send nothing."
        ),
        click.option("--verify", "verifies", is_flag=True, help="Compare with the index instead of sending."),
        click.option(
            "--repair", "repairs", is_flag=True, help="With --verify on MongoDB: publish what puts it right."
        ),
        shown(
            "--compare",
            type=click.Choice(["content", "order"]),
            default="content",
            help="--verify: what is stale. Order fits where other programs' events say other fields.",
        ),
        shown(
            "--settle-seconds",
            type=click.FloatRange(min=0),
            default=5.0,
            help="--verify: what differs is looked at again after so long: it may be under way.",
        ),
        click.option(
            "--products-command",
            callback=_words,
            metavar="COMMAND",
            help="--verify: prints the index's products. Default: python -m consumer products --all --json, "
            "with this environment.",
        ),
        click.option(
            "--json", "as_json", is_flag=True, help="--verify: a JSON object a line for each difference."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def check_together(given: dict[str, Any]) -> None:
    """Raise UsageError for options that contradict each other."""
    live = is_mongodb(given["source_name"])
    fields = [field for field, _ in given["maps"]]
    for wrong, why in (
        (len(set(fields)) < len(fields), "--map names a field twice"),
        (given["repairs"] and not given["verifies"], "--repair goes with --verify"),
        (
            given["repairs"] and not live,
            "--repair is for MongoDB: a file may be older than what it would replace",
        ),
        (
            given["verifies"] and given["dry_run"],
            "--verify sends nothing by itself: --dry-run does not go with it",
        ),
        (
            given["verifies"] and (given["since"] or given["limit"] or given["state_path"]),
            "--verify compares everything: --since, --limit and --state do not go with it",
        ),
        (given["dry_run"] and given["state_path"], "--dry-run sends nothing: --state does not go with it"),
        (live and given["file_format"], "--format is for files"),
        (live and given["as_of"], "--as-of is for files"),
    ):
        if wrong:
            raise click.UsageError(why)
