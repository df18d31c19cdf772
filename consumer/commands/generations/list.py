"""`consumer generations list`: what each holds, how far it has read, and what shoppers see."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from consumer.commands.generations.surroundings import RealTime, opened, warn
from consumer.generations.standing import Role, Standing, standings

_KAFKA_SECONDS = 5.0


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of a table.")
@click.pass_obj
def list_generations(options: dict[str, bool], *, as_json: bool) -> None:
    """List the generations, oldest first.

    Products are those for sale, images what searches can find, pending the products with an image that is
    tried again. Read is how many of the topics' messages its group has committed, lag the rest and the age
    of its oldest message, members the consumers at work on it. Where Kafka does not answer, those are
    unknown.

    \b
    Examples:
      python -m consumer generations list
      python -m consumer generations list --json | jq 'select(.role == "promoted") | .lag_messages'
    """
    with opened(debug=options["debug"], kafka_seconds=_KAFKA_SECONDS) as (store, groups):
        found = list(standings(store, groups, now_ms=RealTime().now_ms))
    if as_json:
        for each in found:
            click.echo(json.dumps(each.to_json()))
    elif found:
        Console().print(_table(found))
    else:
        click.echo("there is no generation yet: `python -m consumer run` makes the first")
    if unknown := next((each.lag_unknown for each in found if each.lag_unknown), None):
        warn([f"lag and members are unknown: {unknown}"])
    warn(warning for each in found for warning in each.warnings)


def _table(found: Sequence[Standing]) -> Table:
    """Narrow enough for a terminal of 80 columns, with names that can be copied."""
    table = Table("generation", "made (UTC)", "holds", "its group", show_lines=True)
    table.columns[0].no_wrap = True
    for each in found:
        table.add_row(
            _lines(each.generation.name, "" if each.role is Role.NONE else each.role.value),
            _built(each),
            _lines(
                f"{each.products:,} products",
                f"{each.images:,} images",
                f"{each.pending:,} pending",
                "" if each.disk_bytes is None else _size(each.disk_bytes),
            ),
            _group(each),
            style="bold" if each.role is Role.PROMOTED else None,
        )
    return table


def _built(standing: Standing) -> Text:
    generation = standing.generation
    created = datetime.fromtimestamp(generation.created_at_ms / 1000, UTC)
    return _lines(f"{created:%Y-%m-%d %H:%M}", f"model {generation.model_version}")


def _group(standing: Standing) -> Text:
    lag = standing.lag
    if lag is None:
        return Text("unknown")
    read = sum(each.high - each.low for each in lag.partitions) - lag.messages_behind
    seconds = "" if standing.seconds_behind is None else f", {standing.seconds_behind:,.0f} s"
    members = "members unknown" if lag.members is None else f"{lag.members} member{'s' * (lag.members != 1)}"
    return _lines(
        f"read {read:,}",
        f"lag {lag.messages_behind:,}{seconds if lag.messages_behind else ''}",
        members,
    )


def _lines(*lines: str) -> Text:
    # As Text, so that nothing in it is taken for rich's own mark-up.
    return Text("\n".join(line for line in lines if line))


def _size(size_bytes: int) -> str:
    size = float(size_bytes)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
