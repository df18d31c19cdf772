"""The command line of publish.py."""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from time import monotonic
from typing import IO, Any, Final

import click
from confluent_kafka import KafkaException

from producer_examples.python.event_lines import BadLine, LineEvent, LineOptions, read_events
from producer_examples.python.kafka_options import connect, in_one_line, kafka_options, shown
from producer_examples.python.pacing import paced
from producer_examples.python.publishing import Report, publish, topic_of
from product_events import EventType, OrderKind
from product_events.encode import Mode
from product_events.event_time import format_time

_MAX_ERRORS_SHOWN: Final = 20
_INTERRUPTED: Final = 130
_GRACE_SECONDS: Final = 2.0

_HELP: Final = """Publish product events: the lines of a file, or one product from options.

All events are checked before the first is sent: if one is bad, nothing is sent. The exit status is 0 only if
every event arrived.

\b
Examples:
  # the sample catalogue; a web server of yours serves its pictures
  python producer_examples/python/publish.py \\
      producer_examples/sample_catalog/products.jsonl \\
      --image-base-url https://images.shop.example/
  # one product is there, costs less, is gone
  python producer_examples/python/publish.py create 665f1c0a --name "Linen shirt" --price 49.90 \\
      --image https://res.cloudinary.com/demo/image/upload/v1699/a.jpg --attribute colour=white
  python producer_examples/python/publish.py update 665f1c0a --name "Linen shirt" --price 39.90 \\
      --image https://res.cloudinary.com/demo/image/upload/v1699/a.jpg --attribute colour=white
  python producer_examples/python/publish.py delete 665f1c0a
"""

_FILE_HELP: Final = """Publish the product events in a file of JSON lines.

Each line of FILE (- is standard input) is a product's data, or a whole CloudEvent, which keeps its own type,
id and time.

\b
Examples:
  # what would be sent, and where to
  python producer_examples/python/publish.py products.jsonl --topics products --dry-run
  # replayed at 20 events a second, attributes as headers
  python producer_examples/python/publish.py products.jsonl --rate 20 --mode binary
  # one product is gone
  echo '{"id": "665f1c0a"}' |
      python producer_examples/python/publish.py - --type product.deleted
  # a cluster with TLS
  KAFKA_CONFIG='{"security.protocol": "SSL", "ssl.ca.location": "ca.pem"}' \\
      python producer_examples/python/publish.py products.jsonl \\
      --bootstrap-servers kafka.example:9093
"""

_STATE_HELP: Final = """Publish what one product looks like{now}.

An event says all of a product: what the options leave out, the product no longer has.
"""


class _FileUnlessCommand(click.Group):
    """A group whose first word, where it is no command, is a file: `publish.py products.jsonl`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["file", *args]
        return super().parse_args(ctx, args)


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


@click.group(cls=_FileUnlessCommand, help=_HELP)
def publish_command() -> None: ...


@publish_command.command("file", help=_FILE_HELP)
@click.argument("file")
@kafka_options("/publish")
@shown(
    "--type",
    "event_type",
    type=click.Choice([kind.value for kind in EventType]),
    default=EventType.CREATED.value,
    help="The type of lines that are a product's data.",
)
@shown("--image-base-url", help="Goes in front of relative image URLs.")
@click.option(
    "--rate", type=click.FloatRange(min=0, min_open=True), help="Send at most so many events a second."
)
@click.option("--dry-run", is_flag=True, help="Check the lines and print what would be sent.")
def publish_file(
    *, file: str, event_type: str, image_base_url: str | None, rate: float | None, dry_run: bool, **kafka: Any
) -> None:
    with _open_errors(debug=kafka["debug"]), _reread(file) as reread:
        options = _line_options(kafka, event_type, image_base_url)
        _publish(reread, options, kafka, rate=rate, dry_run=dry_run)


def _state_options(command: Callable[..., None]) -> Callable[..., None]:
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
        _time_option,
        click.option("--refetch", is_flag=True, help="Download all pictures again."),
        click.option("--dry-run", is_flag=True, help="Check it and print what would be sent."),
    )
    for option in reversed(options):
        command = option(command)
    return command


_time_option = click.option(
    "--time",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"]),
    callback=_moment,
    help="When it happened, with an offset from UTC. Left out: now.",
)


@publish_command.command("create", help=_STATE_HELP.format(now=" that is new"))
@_state_options
def publish_created(**given: Any) -> None:
    _publish_state(EventType.CREATED, given)


@publish_command.command("update", help=_STATE_HELP.format(now=" now"))
@_state_options
def publish_updated(**given: Any) -> None:
    _publish_state(EventType.UPDATED, given)


@publish_command.command("delete")
@click.argument("product_id", metavar="ID")
@kafka_options("/publish")
@click.option("--version", type=int, help="Above the product's last one; needed with --order version.")
@_time_option
@click.option("--dry-run", is_flag=True, help="Check it and print what would be sent.")
def publish_deleted(**given: Any) -> None:
    """Publish that a product is gone."""
    _publish_state(EventType.DELETED, given)


def _publish_state(kind: EventType, given: dict[str, Any]) -> None:
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
    line = json.dumps(event).encode()
    with _open_errors(debug=given["debug"]):
        options = _line_options(given, kind, None)
        _publish(lambda: BytesIO(line), options, given, rate=None, dry_run=given["dry_run"])


def _line_options(kafka: dict[str, Any], event_type: str, image_base_url: str | None) -> LineOptions:
    mode: Mode = kafka["mode"]
    order: OrderKind = kafka["order"]
    return LineOptions(event_type, kafka["source"], image_base_url, mode, order, kafka["event_max_bytes"])


def _publish(
    reread: Callable[[], IO[bytes]],
    options: LineOptions,
    kafka: dict[str, Any],
    *,
    rate: float | None,
    dry_run: bool,
) -> None:
    topics, deadline_seconds = kafka["topics"], kafka["deadline_seconds"]
    count = _check(read_events(reread(), options), topics, show=dry_run)
    if dry_run or count == 0:
        click.echo(f"{count} events, nothing sent", err=True)
        return
    producer = connect(kafka["bootstrap_servers"], kafka["kafka_config"], deadline_seconds)
    events = paced(_only_events(read_events(reread(), options)), rate, clock=monotonic, wait=producer.poll)
    with click.progressbar(length=count, label="Publishing", file=sys.stderr) as bar:
        report = publish(
            events,
            producer,
            topics,
            # A little longer than the producer, which can say why an event did not arrive.
            deadline_seconds=deadline_seconds + _GRACE_SECONDS,
            on_delivered=lambda _: bar.update(1),
        )
    _conclude(report, count)


@contextmanager
def _open_errors(*, debug: bool) -> Iterator[None]:
    try:
        yield
    except (OSError, KafkaException) as error:
        if debug or isinstance(error, BrokenPipeError):
            raise
        raise click.ClickException(in_one_line(error)) from error


@contextmanager
def _reread(file: str) -> Iterator[Callable[[], IO[bytes]]]:
    """Open the file so that its lines can be read twice; standard input is kept aside for that."""
    with tempfile.TemporaryFile() if file == "-" else click.open_file(file, "rb") as lines:
        if file == "-":
            shutil.copyfileobj(sys.stdin.buffer, lines)

        def from_start() -> IO[bytes]:
            lines.seek(0)
            return lines

        yield from_start


def _check(read: Iterable[LineEvent | BadLine], topics: tuple[str, ...], *, show: bool) -> int:
    """Return how many events there are. Ends the command if a line is bad."""
    events = bad = 0
    for item in read:
        if isinstance(item, BadLine):
            bad += 1
            if bad <= _MAX_ERRORS_SHOWN:
                click.echo(f"line {item.line}: {item.reason}", err=True)
        else:
            events += 1
            if show:
                topic = topic_of(item.event_type, topics)
                size = len(item.message.value)
                click.echo(f"line {item.line}: {item.event_type} {item.product_id} to {topic}, {size} bytes")
    if bad:
        raise click.ClickException(f"{bad} of {bad + events} lines are bad; nothing was sent")
    return events


def _only_events(read: Iterable[LineEvent | BadLine]) -> Iterator[LineEvent]:
    for item in read:
        if isinstance(item, BadLine):
            raise click.ClickException(f"line {item.line} changed after it was checked: {item.reason}")
        yield item


def _conclude(report: Report, count: int) -> None:
    for failure in report.failures[:_MAX_ERRORS_SHOWN]:
        click.echo(f"line {failure.line}: {failure.product_id}: {failure.reason}", err=True)
    summary = f"{report.delivered} of {count} events arrived"
    if report.failed:
        summary += f", {report.failed} failed"
    if count > report.sent:
        summary += f", {count - report.sent} were not sent"
    if report.interrupted:
        click.echo(f"Interrupted: {summary}", err=True)
        raise SystemExit(_INTERRUPTED)
    if not report.complete or report.sent < count:
        raise click.ClickException(summary)
    click.echo(summary, err=True)
