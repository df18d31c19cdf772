"""`consumer run`: read events and keep the index equal to them."""

from contextlib import closing

import click

from consumer.commands.status_port import status_server
from consumer.commands.stop_signals import stop_signals
from consumer.settings import ConsumerSettings
from consumer.start_up import StartUp
from telemetry import configure_logging
from vector_store import open_store


@click.command()
@click.option(
    "--generation",
    metavar="NAME",
    help="Work on this one beside the promoted one; made with MODEL_PATH if it does not exist.",
)
@click.pass_obj
def run(options: dict[str, bool], generation: str | None) -> None:
    """Read product events and write the promoted generation, until SIGTERM or Ctrl-C.

    The model is the one that the generation was built by, looked for in MODEL_DIR. Where no generation is
    promoted yet, the one of MODEL_PATH is created and promoted. A Kafka or a Qdrant server that is away, at
    the start or later, is waited for; /readyz of the status port says so.
    The first signal finishes what is under way, commits and leaves the group; a second one ends it at once.

    \b
    Examples:
      QDRANT_PATH=./index python -m consumer run
      EVENT_ORDER=version KAFKA_TOPICS=products QDRANT_PATH=./index python -m consumer run
      MODEL_PATH=new.onnx python -m consumer run --generation products-0a1b2c3d
    """
    settings = ConsumerSettings()
    configure_logging("consumer", level="DEBUG" if options["debug"] else settings.log_level)
    with stop_signals() as signals, closing(open_store(settings)) as store:
        start_up = StartUp(settings, store)
        with status_server(settings, start_up):
            service = start_up.run(generation)
            signals.started(service.request_stop)
            service.run()
