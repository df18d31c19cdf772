"""`consumer run`: read events and keep the index equal to them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from time import time_ns

import click

from consumer.commands.stop_signals import stop_signals
from consumer.errors import StatusPortTaken
from consumer.generation_choice import open_for_run
from consumer.service import ConsumerService
from consumer.settings import ConsumerSettings
from consumer.wiring import build_consumer
from telemetry import StatusServer, configure_logging
from vector_store import open_store


@contextmanager
def status_server(settings: ConsumerSettings, service: ConsumerService) -> Iterator[None]:
    """Serve status, health and metrics while the block runs, where a port is set. Raises StartRefused."""
    if settings.consumer_status_port == 0:
        yield
        return
    host, port = settings.consumer_status_host, settings.consumer_status_port
    try:
        server = StatusServer(
            host,
            port,
            service="consumer",
            liveness=service.liveness,
            readiness=service.readiness,
            metrics=service.metrics,
            status=service.status,
        )
    except OSError as error:
        raise StatusPortTaken(
            f"the status server cannot listen on {host}:{port}: {error.strerror}; set CONSUMER_STATUS_PORT"
        ) from error
    server.start()
    try:
        yield
    finally:
        server.stop()


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
    promoted yet, the one of MODEL_PATH is created and promoted.
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
        opened = open_for_run(store, settings, name=generation, now_ms=lambda: time_ns() // 1_000_000)
        service = build_consumer(settings, store, opened)
        signals.started(service.request_stop)
        with status_server(settings, service):
            service.run()
