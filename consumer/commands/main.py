"""The command line's entrance: options shared by all commands, and errors as one line."""

import sys

import click
from pydantic import ValidationError

from consumer.commands.audit import audit
from consumer.commands.dead_letters import dead_letters
from consumer.commands.generations import generations
from consumer.commands.products import products
from consumer.commands.reindex import reindex
from consumer.commands.restore import restore
from consumer.commands.run import run
from consumer.commands.skip import skip
from consumer.commands.snapshot import snapshot
from consumer.errors import ConsumerError
from model.errors import ModelError
from telemetry.interpreter import collect_less_often
from vector_store import StoreError

_EXIT_FAILED = 1
_EXIT_MISCONFIGURED = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show tracebacks, and log more.")
@click.pass_context
def cli(context: click.Context, *, debug: bool) -> None:
    """Keep the index equal to what the product events say.

    All settings are environment variables; docs/reference/settings.md lists them.

    \b
    Examples:
      QDRANT_PATH=./index python -m consumer run
      KAFKA_BOOTSTRAP_SERVERS=kafka:9092 KAFKA_TOPICS=products QDRANT_PATH=/data/index python -m consumer run
    """
    context.obj = {"debug": debug}


cli.add_command(run)
cli.add_command(reindex)
cli.add_command(generations)
cli.add_command(audit)
cli.add_command(products)
cli.add_command(dead_letters)
cli.add_command(skip)
cli.add_command(snapshot)
cli.add_command(restore)


def main() -> None:
    """Run the command line; errors are one line, and a traceback only with --debug."""
    collect_less_often()
    try:
        # A command that has said what is wrong itself ends with a number.
        ended = cli(standalone_mode=False)
        sys.exit(ended if isinstance(ended, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(_EXIT_FAILED)
    except ValidationError as error:
        _fail(_settings_line(error), _EXIT_MISCONFIGURED)
    except (ConsumerError, StoreError, ModelError) as error:
        _fail(str(error), _EXIT_FAILED)


def _fail(line: str, exit_code: int) -> None:
    if "--debug" in sys.argv:
        raise  # noqa: PLE0704 - called while an exception is handled
    click.echo(f"error: {line}", err=True)
    sys.exit(exit_code)


def _settings_line(error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"]).upper()
    return f"{name}: {first['msg']}" if name else str(first["msg"])
