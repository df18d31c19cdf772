"""`consumer dead-letters list`: what could not be used, the newest first."""

from collections.abc import Mapping
from datetime import UTC, datetime

import click
import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from consumer.commands.dead_letters.filter_options import filter_of, filter_options
from consumer.commands.dead_letters.surroundings import command_settings, open_reader, staged_progress
from consumer.dead_letters.letter_rows import LetterRow, Listing, newest_rows
from consumer.kafka.log_position import LogPosition
from consumer.printable import printable
from consumer.redrive.history import Redrives, read_history

_MOST_ROWS = 10_000
_WIDEST_POSITION = 48


@click.command("list")
@filter_options
@click.option(
    "--limit", type=click.IntRange(1, _MOST_ROWS), default=50, show_default=True, help="At most so many rows."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of a table.")
@click.pass_obj
def list_letters(
    options: dict[str, bool],
    *,
    reason: str | None,
    classes: tuple[str, ...],
    product_id: str | None,
    since: int | None,
    until: int | None,
    limit: int,
    as_json: bool,
) -> None:
    """List events and images that could not be used, the newest first.

    One row for each message, or image of a message, however many generations have put it aside. Reads the
    dead-letter topic (KAFKA_DEAD_LETTER_TOPIC) from its beginning to where it ends now.

    \b
    Examples:
      python -m consumer dead-letters list
      python -m consumer dead-letters list --since 2h --class NotAnEvent --class InvalidProduct
      python -m consumer dead-letters list --product 665f1c --json | jq .reason
    """
    wanted = filter_of(reason=reason, classes=classes, product_id=product_id, since=since, until=until)
    settings = command_settings(debug=options["debug"])
    topic = settings.kafka_dead_letter_topic
    with open_reader(settings) as reader, staged_progress() as begin:
        listing = newest_rows(reader.read(topic, on_progress=begin("reading")), wanted, limit)
        asked = {row.about for row in listing.rows}
        history = read_history(reader, topic, asked, begin("looking at redrives"))
    if as_json:
        for row in listing.rows:
            click.echo(orjson.dumps(_as_json(row, history)))
    elif listing.rows:
        Console().print(_table(listing, history))
    click.echo(_summary(listing, topic), err=True)


def _as_json(row: LetterRow, history: Mapping[LogPosition, Redrives]) -> dict[str, object]:
    return {
        "position": str(row.about),
        "image_url": row.image_url,
        "letter": str(row.letter),
        "put_aside": datetime.fromtimestamp(row.put_aside_ms / 1000, UTC).isoformat(timespec="milliseconds"),
        "error_class": row.error_class,
        "reason": row.reason,
        "product_ids": row.product_ids,
        "attempts": row.attempts,
        "retryable": row.retryable,
        "generations": row.generations,
        "letters": row.copies,
        "redriven": row.redriven(history),
        "open": row.is_open(history),
    }


def _table(listing: Listing, history: Mapping[LogPosition, Redrives]) -> Table:
    table = Table("put aside (UTC)", "message", "product", "error", "redriven", show_lines=True)
    table.columns[1].overflow = table.columns[2].overflow = table.columns[3].overflow = "fold"
    table.columns[0].no_wrap = True
    # A position that is cut in two cannot be copied.
    longest = max(len(str(row.about)) for row in listing.rows)
    table.columns[1].min_width = min(longest, _WIDEST_POSITION)
    for row in listing.rows:
        moment = datetime.fromtimestamp(row.put_aside_ms / 1000, UTC)
        times = row.redriven(history)
        came_back = "" if row.is_open(history) else ", not come back"
        image = "" if row.image_url is None else f"\n{printable(row.image_url)}"
        # As Text, so that nothing in it is taken for rich's own mark-up.
        table.add_row(
            f"{moment:%Y-%m-%d %H:%M:%S}",
            Text(str(row.about)),
            Text(", ".join(printable(each) for each in row.product_ids)),
            Text(f"{printable(row.error_class)}: {printable(row.reason)}{image}"),
            f"{times} ×{came_back}" if times else "",
        )
    return table


def _summary(listing: Listing, topic: str) -> str:
    if not listing.letters:
        said = f"no dead letter on {topic} matches"
    else:
        shown = "the newest " if listing.left_out else ""
        said = f"{shown}{len(listing.rows)} rows, from {listing.letters} letters on {topic} that match"
        if listing.left_out:
            said += "; --limit shows more"
    if listing.foreign:
        said += f"; {listing.foreign} messages there are no dead letters"
    return said
