"""The command line of publish.py."""

from io import BytesIO
from typing import Any, Final

import click

from producer_examples.python.kafka_options import kafka_options, shown
from producer_examples.python.publish_lines import (
    errors_in_one_line,
    line_options,
    publish_lines,
    reread_file,
)
from producer_examples.python.publish_options import event_line, state_options, time_option
from product_events import EventType

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
    with errors_in_one_line(debug=kafka["debug"]), reread_file(file) as reread:
        options = line_options(kafka, event_type, image_base_url)
        publish_lines(reread, options, kafka, rate=rate, dry_run=dry_run)


@publish_command.command("create", help=_STATE_HELP.format(now=" that is new"))
@state_options
def publish_created(**given: Any) -> None:
    _publish_state(EventType.CREATED, given)


@publish_command.command("update", help=_STATE_HELP.format(now=" now"))
@state_options
def publish_updated(**given: Any) -> None:
    _publish_state(EventType.UPDATED, given)


@publish_command.command("delete")
@click.argument("product_id", metavar="ID")
@kafka_options("/publish")
@click.option("--version", type=int, help="Above the product's last one; needed with --order version.")
@time_option
@click.option("--dry-run", is_flag=True, help="Check it and print what would be sent.")
def publish_deleted(**given: Any) -> None:
    """Publish that a product is gone."""
    _publish_state(EventType.DELETED, given)


def _publish_state(kind: EventType, given: dict[str, Any]) -> None:
    line = event_line(kind, given)
    with errors_in_one_line(debug=given["debug"]):
        options = line_options(given, kind, None)
        publish_lines(
            lambda: BytesIO(line), options, given, rate=None, dry_run=given["dry_run"], numbered=False
        )
