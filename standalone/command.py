"""`python -m standalone`: the words of the command line."""

import sys
from pathlib import Path
from time import monotonic

import click

from standalone.options import DemoOptions
from standalone.order_commands import generations, reindex
from standalone.screen import Screen
from standalone.stop_signals import KILLED, stop_signals
from telemetry.interpreter import collect_less_often, take_turns_often

_PORT = click.IntRange(1, 65_535)


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""
\b
Examples:
  make demo
  make demo ARGS="--port 8010"
  python -m standalone --data-dir ./demo --reset
  python -m standalone --bootstrap-servers localhost:9092
  python -m standalone reindex --model new.onnx --promote

With --bootstrap-servers the sample shop has topics of its own (visual-search-demo-…), which stay there.
KAFKA_CONFIG and MODEL_PATH count as for the services. IMAGE_LOCAL_HOSTS names further hosts of pictures, such
as those of a backend that is tried beside the demo; SEARCH_API_KEYS opens the calls that write.
""",
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of index, broker and logs.  [default: in the user's cache]",
)
@click.option(
    "--reset", is_flag=True, help="Delete what an earlier start left in that folder, and start over."
)
@click.option(
    "--port",
    type=_PORT,
    metavar="PORT",
    default=8000,
    show_default=True,
    help="Port of the search API and its page.",
)
@click.option(
    "--broker-port",
    type=_PORT,
    metavar="PORT",
    default=19_092,
    show_default=True,
    help="Port of the embedded broker.",
)
@click.option(
    "--image-port",
    type=_PORT,
    metavar="PORT",
    help="Port of the photos; it is part of their URLs and is remembered.  [default: 8001 or a free one]",
)
@click.option("--bootstrap-servers", help="Another Kafka to use instead of the embedded broker, host:port.")
@click.option("--exit", "exit_when_done", is_flag=True, help="End when the sample shop is searchable.")
@click.option("--debug", is_flag=True, help="Log more, and show the traceback of an error.")
@click.pass_context
def cli(
    context: click.Context,
    *,
    data_dir: Path | None,
    reset: bool,
    port: int,
    broker_port: int,
    image_port: int | None,
    bootstrap_servers: str | None,
    exit_when_done: bool,
    debug: bool,
) -> None:
    """Run all of it on this machine, with a sample shop: Kafka broker, consumer, search API.

    The commands work on what a demo has built, while it runs or not.
    """
    if context.invoked_subcommand is not None:
        return
    began = monotonic()
    screen = Screen.of_this_process()
    screen.title("Visual product search, all of it on this machine")

    def run() -> int:
        # The parts take some seconds to import; help and the first line need not wait for them.
        from standalone.session import run_session  # noqa: PLC0415
        from standalone.settings import CachePlaces, default_data_dir  # noqa: PLC0415

        options = DemoOptions(
            data_dir=(data_dir or default_data_dir(CachePlaces(), home=Path.home())).absolute(),
            reset=reset,
            port=port,
            broker_port=broker_port,
            image_port=image_port,
            bootstrap_servers=bootstrap_servers,
            exit_when_done=exit_when_done,
            debug=debug,
        )
        return run_session(options, screen, began=began)

    try:
        with stop_signals():
            status = run()
    except KeyboardInterrupt:
        screen.paragraph("Stopped.")
        status = KILLED
    sys.exit(status)


cli.add_command(reindex)
cli.add_command(generations)


def main() -> None:
    """Run the command line."""
    collect_less_often()
    take_turns_often()
    cli()
