"""`python -m standalone reindex` and `generations …`: what a demo does besides serving."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from standalone.screen import Screen
from standalone.stop_signals import KILLED, stop_signals

_data_dir = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the demo.  [default: in the user's cache]",
)
_as_json = click.option("--json", "as_json", is_flag=True, help="JSON objects, one a line.")


@click.command()
@click.option(
    "--model",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The exported model (.onnx) to build with.  [default: that of what is searched]",
)
@click.option(
    "--suffix", metavar="S", help="End of the new generation's name, for another of the same model."
)
@click.option("--refetch", is_flag=True, help="Download every image again.")
@click.option("--promote", is_flag=True, help="Once it is complete and its audit is clean, search it.")
@_data_dir
@_as_json
def reindex(
    *,
    model: Path | None,
    suffix: str | None,
    refetch: bool,
    promote: bool,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """Build the index anew beside the one that is searched: with another model, or after a mistake.

    A demo that runs on the folder does it, and serves meanwhile; without one it is done here. The same
    command goes on after a stop. The model is copied to the folder, so that a later start finds it.

    Exit status: 0 it is complete, 3 it is and its audit was not clean, 130 it was stopped before, 1 an error.

    \b
    Examples:
      python -m standalone reindex --model new.onnx
      python -m standalone reindex --model new.onnx --promote
      python -m standalone reindex --suffix 2 --promote --data-dir ./demo
    """
    told = {
        "verb": "reindex",
        "model": None if model is None else str(model.absolute()),
        "suffix": suffix,
        "refetch": refetch,
        "promote": promote,
    }
    _order(told, data_dir, as_json=as_json)


@click.group()
def generations() -> None:
    """Look at the generations of a demo's index, and say which of them is searched.

    \b
    Examples:
      python -m standalone generations list
      python -m standalone generations promote products-5ec0de20
      python -m standalone generations rollback
    """


@generations.command("list")
@_data_dir
@_as_json
def list_generations(*, data_dir: Path | None, as_json: bool) -> None:
    """List the generations, oldest first."""
    _order({"verb": "list"}, data_dir, as_json=as_json)


@generations.command("promote")
@click.argument("name")
@click.option("--force", is_flag=True, help="Whatever its lag and its audit say.")
@_data_dir
@_as_json
def promote_generation(*, name: str, force: bool, data_dir: Path | None, as_json: bool) -> None:
    """Have searches answered from the generation NAME."""
    _order({"verb": "promote", "name": name, "force": force}, data_dir, as_json=as_json)


@generations.command("rollback")
@_data_dir
@_as_json
def rollback(*, data_dir: Path | None, as_json: bool) -> None:
    """Have searches answered from the generation before."""
    _order({"verb": "rollback"}, data_dir, as_json=as_json)


def _order(told: Mapping[str, object], data_dir: Path | None, *, as_json: bool) -> None:
    """Have it carried out and say what came of it; ends the process with its status."""

    def run() -> int:
        # The parts take some seconds to import; help need not wait for them.
        from rich.console import Console  # noqa: PLC0415

        from standalone.line_watcher import lines_or_bar  # noqa: PLC0415
        from standalone.order_session import obey  # noqa: PLC0415
        from standalone.orders import Order  # noqa: PLC0415
        from standalone.session import EXPECTED_ERRORS, FAILED, one_line  # noqa: PLC0415
        from standalone.settings import CachePlaces, default_data_dir  # noqa: PLC0415

        named = data_dir or click.get_current_context().find_root().params["data_dir"]
        folder = (named or default_data_dir(CachePlaces(), home=Path.home())).absolute()
        console = Console(stderr=True, highlight=False)
        screen = Screen(console, console)
        try:
            done = obey(
                Order.model_validate(told), folder, screen=screen, watching=lambda: lines_or_bar(console)
            )
        except EXPECTED_ERRORS as error:
            screen.error(one_line(error))
            return FAILED
        for line in map(json.dumps, done.facts) if as_json else done.lines:
            click.echo(line)
        return done.status

    try:
        with stop_signals():
            status = run()
    except KeyboardInterrupt:
        click.echo("stopped: the same command goes on with it", err=True)
        status = KILLED
    sys.exit(status)
