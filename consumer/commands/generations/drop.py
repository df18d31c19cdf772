"""`consumer generations drop`: a generation that nobody needs any more is removed."""

import json

import click

from consumer.commands.generations.surroundings import RealTime, opened, warn
from consumer.generations.removal import remove, require_removable

_GROUP_WAIT_SECONDS = 60.0


@click.command("drop")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Although consumers of it are running; they stop with an error.")
@click.option(
    "--grace-seconds",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    help="How long searches that have begun on it may still take.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def drop(
    options: dict[str, bool], *, name: str, yes: bool, force: bool, grace_seconds: float, as_json: bool
) -> None:
    """Remove the generation NAME and its consumer group. It cannot be had back but by building it anew.

    Never the promoted one, and not while consumers of it are running. After dropping the one before, there
    is no `rollback` until another one is promoted.

    \b
    Examples:
      python -m consumer generations drop products-1f2e3d4c
      python -m consumer generations drop products-1f2e3d4c --yes --grace-seconds 30 --json
    """
    with opened(debug=options["debug"]) as (store, groups):
        generation = store.open(name).generation
        require_removable(store, generation, groups, force=force)
        if not yes:
            click.confirm(f"remove {name} and all that is in it?", abort=True, err=True)
        done = remove(
            store,
            generation,
            groups,
            pause=RealTime().pause,
            grace_seconds=grace_seconds,
            group_wait_seconds=_GROUP_WAIT_SECONDS,
        )
    if as_json:
        click.echo(json.dumps(done.to_json()))
    else:
        click.echo(f"dropped: {done.dropped}" + (f", and the group {done.group}" * done.group_removed))
    warn(done.warnings)
