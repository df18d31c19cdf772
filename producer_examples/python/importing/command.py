"""The command line of import_existing_products.py."""

import shlex
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any, Final

import click
from confluent_kafka import KafkaException

from producer_examples.python.event_lines import LineEvent
from producer_examples.python.importing.dry_run import preview, show
from producer_examples.python.importing.import_run import ImportRun, Send
from producer_examples.python.importing.in_words import failures, what_was_not_read, what_was_sent
from producer_examples.python.importing.index_listing import ListingError, own_command
from producer_examples.python.importing.joins import Join, parse_join
from producer_examples.python.importing.mapping import MappingRules, parse_map
from producer_examples.python.importing.open_source import FORMATS, is_mongodb, open_source
from producer_examples.python.importing.pictures import PictureRules
from producer_examples.python.importing.product_event import EventOptions
from producer_examples.python.importing.reading_pass import Account, ReadingPass
from producer_examples.python.importing.sent_state import SentState, StateError
from producer_examples.python.importing.source import Source, SourceError
from producer_examples.python.importing.terminal_progress import TerminalProgress
from producer_examples.python.importing.verify_command import Surroundings, verify
from producer_examples.python.kafka_options import connect, in_one_line, kafka_options, shown
from producer_examples.python.pacing import paced
from producer_examples.python.publishing import Report, publish
from product_events import OrderKind

_INTERRUPTED: Final = 130
_GRACE_SECONDS: Final = 2.0
_ROOT: Final = Path(__file__).resolve().parents[3]

_HELP: Final = """Publish the products that a shop has already, or compare them with the index.

SOURCE is a MongoDB (mongodb://…/DATABASE, also from MONGODB_URI) or a file: CSV, Shopify's product CSV, JSON
lines or JSON, mongoexport's included. Fields and pictures are found under the names that shops use; --dry-run
shows which, and --map names the others. Products that are marked as deleted, inactive or blocked become
deletes.

Events carry the time of the product's last change (or its version), so importing twice, or while the shop
is live, changes nothing that is newer. After delivery the products are looked at once more, and sent again if
they have changed meanwhile, until none has.

Exit status: 0 everything arrived, or --verify found nothing; 1 something did not, or a document is no
product; 2 a wrong option; 3 --verify found differences; 130 interrupted.

\b
Examples:
  # what would be sent, and what cannot be read; needs no Kafka
  python producer_examples/python/import_existing_products.py \\
      mongodb://localhost:27017/shop --collection products --dry-run
  # brands and categories are in collections of their own, and so are the pictures
  python producer_examples/python/import_existing_products.py mongodb://localhost:27017/shop \\
      --join brand=brands --join category=categories --join images=productimages:product \\
      --topics products --state import.state --rate 200
  # a spreadsheet with headings of its own
  python producer_examples/python/import_existing_products.py products.csv \\
      --map name=Bezeichnung --map images=Bild --map attributes.colour=Farbe --currency EUR
  # does the index hold what the shop sells? put right what differs
  python producer_examples/python/import_existing_products.py mongodb://localhost:27017/shop \\
      --topics products --verify --repair
"""


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


@click.command(help=_HELP)
@click.argument("source_name", metavar="SOURCE", envvar="MONGODB_URI")
@kafka_options("/import")
@shown("--collection", default="products", help="MongoDB: where the products are.")
@click.option("--database", help="MongoDB: where the collection is, if the URI does not say so.")
@click.option(
    "--format", "file_format", type=click.Choice(FORMATS), help="A file's, if its name does not tell."
)
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="FIELD=PATH",
    callback=_parsed(parse_map),
    help="Where a field of the event is: --map name=details.title, --map attributes.colour=colour. Repeat.",
)
@click.option(
    "--join",
    "joins",
    multiple=True,
    metavar="FIELD=COLLECTION[:PATH]",
    callback=_parsed(parse_join),
    help="MongoDB: put documents of another collection where FIELD holds their ids; with a PATH, those that "
    "have the product's id there. Repeat.",
)
@click.option("--image-base-url", help="Goes in front of relative image addresses.")
@click.option("--cloudinary-cloud", metavar="NAME", help="Makes an address of a picture's public id alone.")
@click.option("--currency", help="Of prices without one, as EUR.")
@click.option("--url-template", metavar="URL", help="A product's page, as https://shop.example/p/{id}.")
@shown(
    "--max-images", envvar="MAX_IMAGES", type=click.IntRange(min=1), default=50, help="A product's, at most."
)
@click.option(
    "--since", callback=_moment, metavar="TIME", help="Only what was changed since; UTC unless told."
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many products.")
@click.option(
    "--as-of", callback=_moment, metavar="TIME", help="When a file was exported, if not when written."
)
@click.option(
    "--state",
    "state_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Remembers what has arrived: the same command goes on there, and later sends only what has changed.",
)
@click.option("--rate", type=click.FloatRange(min=1), metavar="N", help="At most so many events a second.")
@click.option(
    "--dry-run", is_flag=True, help="Show what would be sent and what cannot be read; send nothing."
)
@click.option("--verify", "verifies", is_flag=True, help="Compare with the index instead of sending.")
@click.option(
    "--repair", "repairs", is_flag=True, help="With --verify on MongoDB: publish what puts it right."
)
@shown(
    "--compare",
    type=click.Choice(["content", "order"]),
    default="content",
    help="--verify: what is stale. Order fits where another program's events say other fields than these.",
)
@shown(
    "--settle-seconds",
    type=click.FloatRange(min=0),
    default=5.0,
    help="--verify: what differs is looked at again after so long; what is under way arrives meanwhile.",
)
@click.option(
    "--products-command",
    callback=_words,
    metavar="COMMAND",
    help="--verify: prints the index's products. Default: python -m consumer products --all --json, with "
    "this environment.",
)
@click.option("--json", "as_json", is_flag=True, help="--verify: a JSON object a line for each difference.")
def import_command(*, debug: bool, **given: Any) -> None:
    _check_together(given)
    try:
        with closing(_open(given)) as source:
            _carry_out(source, given)
    except (SourceError, StateError, ListingError, KafkaException, OSError) as error:
        if debug or isinstance(error, BrokenPipeError):
            raise
        raise click.ClickException(in_one_line(error)) from error
    except KeyboardInterrupt:
        click.echo("Interrupted", err=True)
        raise SystemExit(_INTERRUPTED) from None


def _check_together(given: dict[str, Any]) -> None:
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


def _open(given: dict[str, Any]) -> Source:
    return open_source(
        given["source_name"],
        file_format=given["file_format"],
        collection=given["collection"],
        database=given["database"],
        id_path=dict(given["maps"]).get("id", "_id"),
        joins=given["joins"],
        as_of=given["as_of"],
    )


def _carry_out(source: Source, given: dict[str, Any]) -> None:
    rules = MappingRules(
        paths=dict(given["maps"]),
        pictures=PictureRules(given["image_base_url"], given["cloudinary_cloud"]),
        currency=given["currency"],
        url_template=given["url_template"],
        max_images=given["max_images"],
    )
    order: OrderKind = given["order"]
    options = EventOptions(
        order, given["source"], given["mode"], given["event_max_bytes"], given["max_images"]
    )
    account = Account()
    products = ReadingPass(source, rules, order, account, since=given["since"], limit=given["limit"])
    if given["dry_run"]:
        _dry_run(source, products, options, account)
    elif given["verifies"]:
        pause = Event()
        surroundings = Surroundings(
            options=options,
            command=given["products_command"],
            by_content=given["compare"] == "content",
            settle=lambda: pause.wait(given["settle_seconds"]),
            version_path=rules.paths.get("version", "version"),
            as_json=given["as_json"],
        )
        repair_with = (lambda: _sender(given)) if given["repairs"] else None
        verify(source, products, account, surroundings, repair_with)
    else:
        _import(source, products, options, rules=rules, account=account, given=given)


def _dry_run(source: Source, products: ReadingPass, options: EventOptions, account: Account) -> None:
    source.count()
    seen = preview(products, options, account)
    show(seen, options)
    for line in what_was_not_read(account):
        click.echo(line)
    summary = f"{seen.states} products and {seen.deletes} deletes would be sent"
    if account.without_time and options.order_kind is OrderKind.TIME:
        summary += (
            f", {account.without_time} without a time of their own, as of when they were read or written"
        )
    if account.too_old:
        summary += f", {account.too_old} unchanged since --since are left out"
    click.echo(summary)
    if account.bad_count:
        raise click.ClickException(f"{account.bad_count} of {account.read} documents cannot be sent")


def _import(
    source: Source,
    products: ReadingPass,
    options: EventOptions,
    *,
    rules: MappingRules,
    account: Account,
    given: dict[str, Any],
) -> None:
    description = {
        "source": source.description,
        "mapping": asdict(rules),
        "joins": [asdict(join) for join in _joins(given)],
        "topics": given["topics"],
        "brokers": given["bootstrap_servers"],
        "order": options.order_kind.value,
    }
    with closing(SentState(given["state_path"], description)) as state, TerminalProgress() as progress:
        source.count()
        send = _sender(given)
        run = ImportRun(source, products, options, state, send, account=account, progress=progress)
        outcome = run.run()
    for line in (*what_was_not_read(account), *failures(outcome)):
        click.echo(line, err=True)
    summary = what_was_sent(outcome, account)
    if outcome.same_version:
        click.echo(
            f"{outcome.same_version} products changed without a new version: the index may keep either state "
            "(--verify --repair puts them right)",
            err=True,
        )
    if outcome.interrupted:
        click.echo(f"Interrupted: {summary}", err=True)
        raise SystemExit(_INTERRUPTED)
    if outcome.source_error is not None:
        raise click.ClickException(f"{outcome.source_error}; {summary}")
    if not outcome.complete or account.bad_count:
        raise click.ClickException(summary)
    click.echo(summary, err=True)


def _joins(given: dict[str, Any]) -> list[Join]:
    return list(given["joins"])


def _sender(given: dict[str, Any]) -> Send:
    """Connect, and return what publishes there at the rate. Raises ClickException."""
    producer = connect(given["bootstrap_servers"], given["kafka_config"], given["deadline_seconds"])

    def send(events: Iterable[LineEvent], on_delivered: Callable[[LineEvent], None]) -> Report:
        return publish(
            paced(events, given["rate"], clock=monotonic, wait=producer.poll),
            producer,
            given["topics"],
            # A little longer than the producer, which can say why an event did not arrive.
            deadline_seconds=given["deadline_seconds"] + _GRACE_SECONDS,
            on_delivered=on_delivered,
        )

    return send
