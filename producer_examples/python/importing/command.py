"""The command line of import_existing_products.py."""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import asdict
from threading import Event
from time import monotonic
from typing import Any, Final

import click
from confluent_kafka import KafkaException

from producer_examples.python.event_lines import LineEvent
from producer_examples.python.importing.dry_run import preview, show
from producer_examples.python.importing.import_options import check_together, import_options
from producer_examples.python.importing.import_run import ImportRun, Send
from producer_examples.python.importing.in_words import failures, what_was_not_read, what_was_sent
from producer_examples.python.importing.index_listing import ListingError
from producer_examples.python.importing.joins import Join
from producer_examples.python.importing.mapping_rules import MappingRules
from producer_examples.python.importing.open_source import open_source
from producer_examples.python.importing.pictures import PictureRules
from producer_examples.python.importing.product_event import EventOptions
from producer_examples.python.importing.reading_pass import Account, ReadingPass
from producer_examples.python.importing.sent_state import SentState, StateError
from producer_examples.python.importing.source import Source, SourceError
from producer_examples.python.importing.terminal_progress import TerminalProgress
from producer_examples.python.importing.verify_command import Surroundings, verify
from producer_examples.python.kafka_options import connect, in_one_line
from producer_examples.python.pacing import paced
from producer_examples.python.printable import say
from producer_examples.python.publishing import Report, publish
from product_events import OrderKind

_INTERRUPTED: Final = 130
_GRACE_SECONDS: Final = 2.0

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


@click.command(help=_HELP)
@import_options
def import_command(*, debug: bool, **given: Any) -> None:
    check_together(given)
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
        say(line)
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
        say(line, err=True)
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
    if outcome.broke_off is not None:
        raise click.ClickException(f"{outcome.broke_off}; {summary}")
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
