"""`consumer generations rollback`: shoppers see again what they saw before."""

import json

import click

from consumer.commands.generations.surroundings import RealTime, opened, warn
from consumer.generations.rollback import doubts_of, roll_back


@click.command("rollback")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def rollback(options: dict[str, bool], *, as_json: bool) -> None:
    """Have searches answered from the generation that was promoted before, at once.

    Nothing is asked first. Afterwards it is told where that generation has no running consumer, or lags, and
    by how much. A second rollback goes forth again.

    \b
    Examples:
      python -m consumer generations rollback
      python -m consumer generations rollback --json
    """
    with opened(debug=options["debug"]) as (store, groups):
        done = roll_back(store)
        if not as_json:
            click.echo(f"promoted: {done.promoted}; before: {done.before}")
        warnings = doubts_of(store, done.promoted, groups, now_ms=RealTime().now_ms)
    if as_json:
        click.echo(json.dumps({**done.to_json(), "warnings": list(warnings)}))
    warn(warnings)
