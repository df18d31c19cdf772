"""Publishes lines: checks them all, sends them, and tells what arrived."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import IO, Any, Final

import click
from confluent_kafka import KafkaException

from producer_examples.python.event_lines import BadLine, LineEvent, LineOptions, read_events
from producer_examples.python.kafka_options import connect, in_one_line
from producer_examples.python.pacing import paced
from producer_examples.python.printable import say
from producer_examples.python.publishing import Report, publish, topic_of
from product_events import OrderKind
from product_events.encode import Mode

_MAX_ERRORS_SHOWN: Final = 20
_INTERRUPTED: Final = 130
_GRACE_SECONDS: Final = 2.0


def line_options(kafka: dict[str, Any], event_type: str, image_base_url: str | None) -> LineOptions:
    """How lines are read, as the options of `kafka_options` say."""
    mode: Mode = kafka["mode"]
    order: OrderKind = kafka["order"]
    return LineOptions(event_type, kafka["source"], image_base_url, mode, order, kafka["event_max_bytes"])


def publish_lines(
    reread: Callable[[], IO[bytes]],
    options: LineOptions,
    kafka: dict[str, Any],
    *,
    rate: float | None,
    dry_run: bool,
    numbered: bool = True,
) -> None:
    """Send lines that can be read twice. Ends the command where one is bad or does not arrive.

    numbered: whether they are lines of somebody's file, and told by their numbers.
    """
    topics, deadline_seconds = kafka["topics"], kafka["deadline_seconds"]
    count = _check(read_events(reread(), options), topics, show=dry_run, numbered=numbered)
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
    _conclude(report, count, numbered=numbered)


@contextmanager
def errors_in_one_line(*, debug: bool) -> Iterator[None]:
    """Files and brokers that fail end the command with a line; with `debug`, with a traceback."""
    try:
        yield
    except (OSError, KafkaException) as error:
        if debug or isinstance(error, BrokenPipeError):
            raise
        raise click.ClickException(in_one_line(error)) from error


@contextmanager
def reread_file(file: str) -> Iterator[Callable[[], IO[bytes]]]:
    """Open the file so that its lines can be read twice; standard input is kept aside for that."""
    with tempfile.TemporaryFile() if file == "-" else click.open_file(file, "rb") as lines:
        if file == "-":
            shutil.copyfileobj(sys.stdin.buffer, lines)

        def from_start() -> IO[bytes]:
            lines.seek(0)
            return lines

        yield from_start


def _check(
    read: Iterable[LineEvent | BadLine], topics: tuple[str, ...], *, show: bool, numbered: bool
) -> int:
    """Return how many events there are. Ends the command if a line is bad."""
    events = bad = 0
    for item in read:
        if isinstance(item, BadLine):
            if not numbered:
                raise click.ClickException(f"{item.reason}; nothing was sent")
            bad += 1
            if bad <= _MAX_ERRORS_SHOWN:
                say(f"line {item.line}: {item.reason}", err=True)
        else:
            events += 1
            if show:
                topic = topic_of(item.event_type, topics)
                size = len(item.message.value)
                place = f"line {item.line}: " if numbered else ""
                say(f"{place}{item.event_type} {item.product_id} to {topic}, {size} bytes")
    if bad:
        raise click.ClickException(f"{bad} of {bad + events} lines are bad; nothing was sent")
    return events


def _only_events(read: Iterable[LineEvent | BadLine]) -> Iterator[LineEvent]:
    for item in read:
        if isinstance(item, BadLine):
            raise click.ClickException(f"line {item.line} changed after it was checked: {item.reason}")
        yield item


def _conclude(report: Report, count: int, *, numbered: bool) -> None:
    for failure in report.failures[:_MAX_ERRORS_SHOWN]:
        place = f"line {failure.line}: " if numbered else ""
        say(f"{place}{failure.product_id}: {failure.reason}", err=True)
    summary = f"{report.delivered} of {count} events arrived"
    if report.failed:
        summary += f", {report.failed} failed"
    if count > report.sent:
        summary += f", {count - report.sent} were not sent"
    if report.gave_up:
        summary += f": Kafka's client gave up: {report.gave_up}"
    if report.interrupted:
        click.echo(f"Interrupted: {summary}", err=True)
        raise SystemExit(_INTERRUPTED)
    if not report.complete or report.sent < count:
        raise click.ClickException(summary)
    click.echo(summary, err=True)
