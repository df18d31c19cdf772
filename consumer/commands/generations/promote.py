"""`consumer generations promote`: from now on shoppers see this one."""

import json

import click

from consumer.commands.generations.surroundings import RealTime, opened, warn
from consumer.generations.promotion import promote


@click.command("promote")
@click.argument("name")
@click.option("--force", is_flag=True, help="Whatever its lag and its audit say; neither is asked for.")
@click.option(
    "--wait-seconds",
    type=click.FloatRange(min=0),
    default=15.0,
    show_default=True,
    help="How long its consumer may take to read what the topics hold now.",
)
@click.option(
    "--settle-seconds",
    type=click.FloatRange(min=0),
    default=5.0,
    show_default=True,
    help="How long the audit leaves alone what looks wrong before a second look.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def promote_generation(
    options: dict[str, bool],
    *,
    name: str,
    force: bool,
    wait_seconds: float,
    settle_seconds: float,
    as_json: bool,
) -> None:
    """Have searches answered from the generation NAME; those under way end on the one before.

    Refused while it lags behind the topics, or where its audit finds something. The generation before stays,
    and is where `generations rollback` goes. A search API must have its model in MODEL_DIR.

    \b
    Examples:
      python -m consumer generations promote products-0a1b2c3d
      python -m consumer generations promote products-0a1b2c3d --wait-seconds 120 --json
    """
    with opened(debug=options["debug"]) as (store, groups):
        done = promote(
            store,
            store.open(name),
            groups,
            time=RealTime(),
            force=force,
            wait_seconds=wait_seconds,
            settle_seconds=settle_seconds,
        )
    if as_json:
        click.echo(json.dumps(done.to_json()))
    else:
        came_from = "" if done.before is None else f"; before: {done.before}"
        click.echo(f"promoted: {done.promoted}{came_from}")
    warn(done.warnings)
