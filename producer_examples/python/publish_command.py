"""The command line of publish.py."""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import IO, Any, Final

import click
from confluent_kafka import KafkaException, Producer

from producer_examples.python.event_lines import BadLine, LineEvent, LineOptions, read_events
from producer_examples.python.publishing import EventProducer, Report, publish, topic_of
from product_events import MAX_EVENT_BYTES, EventType, OrderKind
from product_events.encode import Mode

_MAX_ERRORS_SHOWN: Final = 20
_INTERRUPTED: Final = 130
_CONNECT_SECONDS: Final = 10.0
_GRACE_SECONDS: Final = 2.0

_HELP: Final = """Publish the product events in a file of JSON lines.

Each line of FILE (- is standard input) is a product's data, or a whole CloudEvent, which keeps its own type,
id and time. All lines are checked before the first is sent: if one is bad, nothing is sent. The exit status
is 0 only if every event arrived.

\b
Examples:
  # the sample catalogue; a web server of yours serves its pictures
  python producer_examples/python/publish.py \\
      producer_examples/sample_catalog/products.jsonl \\
      --image-base-url https://images.shop.example/
  # what would be sent, and where to
  python producer_examples/python/publish.py products.jsonl --topics products --dry-run
  # one product is gone
  echo '{"id": "665f1c0a"}' |
      python producer_examples/python/publish.py - --type product.deleted
  # a cluster with TLS
  KAFKA_CONFIG='{"security.protocol": "SSL", "ssl.ca.location": "ca.pem"}' \\
      python producer_examples/python/publish.py products.jsonl \\
      --bootstrap-servers kafka.example:9093
"""


def _names(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    if not names:
        raise click.BadParameter("names no topic")
    return names


def _properties(_context: click.Context, _parameter: click.Parameter, value: str) -> dict[str, Any]:
    try:
        properties = json.loads(value)
    except ValueError as error:
        raise click.BadParameter(f"is not JSON: {error}") from error
    if not isinstance(properties, dict):
        raise click.BadParameter("is not a JSON object")
    return properties


_option = partial(click.option, show_default=True, show_envvar=True)


@click.command(help=_HELP)
@click.argument("file")
@_option(
    "--bootstrap-servers",
    envvar="KAFKA_BOOTSTRAP_SERVERS",
    default="localhost:9092",
    help="Where Kafka is, as host:port, several separated by commas.",
)
@_option(
    "--topics",
    envvar="KAFKA_TOPICS",
    default=",".join(EventType),
    callback=_names,
    help="An event of type T goes to topic T if that is among these, else to the first.",
)
@_option(
    "--type",
    "event_type",
    type=click.Choice([kind.value for kind in EventType]),
    default=EventType.CREATED.value,
    help="The type of lines that are a product's data.",
)
@_option("--image-base-url", help="Goes in front of relative image URLs.")
@_option("--mode", type=click.Choice(["structured", "binary"]), default="structured", help="How to write.")
@_option(
    "--order",
    type=click.Choice([kind.value for kind in OrderKind]),
    envvar="EVENT_ORDER",
    default=OrderKind.TIME.value,
    help="What the consumer orders events by: with version, a line without one is bad.",
)
@_option(
    "--event-max-bytes",
    envvar="EVENT_MAX_BYTES",
    type=click.IntRange(min=1),
    default=MAX_EVENT_BYTES,
    help="Bytes that the consumer takes of an event: a line that makes more is bad.",
)
@_option("--source", default="/publish", help="What events name as their source.")
@_option(
    "--kafka-config",
    envvar="KAFKA_CONFIG",
    default="{}",
    callback=_properties,
    help="More properties of librdkafka, as a JSON object.",
)
@_option(
    "--deadline-seconds",
    type=click.FloatRange(min=1),
    default=60.0,
    help="How long an event may take to arrive.",
)
@click.option("--dry-run", is_flag=True, help="Check the lines and print what would be sent.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def publish_command(
    *,
    file: str,
    bootstrap_servers: str,
    topics: tuple[str, ...],
    event_type: str,
    image_base_url: str | None,
    mode: Mode,
    order: str,
    event_max_bytes: int,
    source: str,
    kafka_config: dict[str, Any],
    deadline_seconds: float,
    dry_run: bool,
    debug: bool,
) -> None:
    options = LineOptions(
        event_type, source, image_base_url, mode, OrderKind(order), max_bytes=event_max_bytes
    )
    try:
        with _reread(file) as reread:
            count = _check(read_events(reread(), options), topics, show=dry_run)
            if dry_run or count == 0:
                click.echo(f"{count} events, nothing sent", err=True)
                return
            producer = _connect(bootstrap_servers, kafka_config, deadline_seconds)
            events = _only_events(read_events(reread(), options))
            with click.progressbar(length=count, label="Publishing", file=sys.stderr) as bar:
                report = publish(
                    events,
                    producer,
                    topics,
                    # A little longer than the producer, which can say why an event did not arrive.
                    deadline_seconds=deadline_seconds + _GRACE_SECONDS,
                    on_delivered=lambda: bar.update(1),
                )
        _conclude(report, count)
    except (OSError, KafkaException) as error:
        if debug or isinstance(error, BrokenPipeError):
            raise
        raise click.ClickException(_in_one_line(error)) from error


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


def _connect(bootstrap_servers: str, kafka_config: dict[str, Any], deadline_seconds: float) -> EventProducer:
    producer = Producer(
        {
            "bootstrap.servers": bootstrap_servers,
            "enable.idempotence": True,
            "delivery.timeout.ms": int(deadline_seconds * 1_000),
            "linger.ms": 20,
            # What goes wrong is told once, by this command.
            "log_level": 0,
            **kafka_config,
        }
    )
    try:
        producer.list_topics(timeout=min(_CONNECT_SECONDS, deadline_seconds))
    except KafkaException as error:
        raise click.ClickException(f"Kafka at {bootstrap_servers}: {_in_one_line(error)}") from error
    return producer


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


def _in_one_line(error: Exception) -> str:
    cause = error.args[0] if isinstance(error, KafkaException) and error.args else error
    text = cause.str() if hasattr(cause, "str") else str(cause)
    return " ".join(text.split())
