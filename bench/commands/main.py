"""The command line's entrance, and errors as one line."""

import signal
import sys
from types import FrameType

import click

from bench.commands.full import full
from bench.commands.quick import quick
from bench.commands.scale import scale
from bench.commands.search import search
from bench.errors import BenchError
from standalone.errors import DemoError
from tests.brokers.broker import BrokerFailed

_FAILED = 1
_STOPPED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(context: click.Context, *, debug: bool) -> None:
    """Measure, each figure beside its bound or its peer. Figures are shown; none makes a run fail.

    \b
    Examples:
      python -m bench quick
      KAFKA_BOOTSTRAP_SERVERS=localhost:9092 python -m bench quick
      python -m bench quick --help
      python -m bench search
      python -m bench scale --vectors 60000
      python -m bench full
    """
    context.obj = {"debug": debug}


cli.add_command(full)
cli.add_command(quick)
cli.add_command(search)
cli.add_command(scale)


def main() -> None:
    """Run the command line."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(_STOPPED)
    except (BenchError, BrokerFailed, DemoError) as error:
        if "--debug" in sys.argv:
            raise
        click.echo(f"error: {error}", err=True)
        sys.exit(_FAILED)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
