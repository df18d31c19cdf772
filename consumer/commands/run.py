"""`consumer run`: read events and keep the index equal to them."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from consumer.errors import StatusPortTaken
from consumer.service import ConsumerService
from consumer.settings import ConsumerSettings
from consumer.wiring import build_consumer
from model.load_embedder import load_embedder
from telemetry import StatusServer, configure_logging
from vector_store import open_store

_KILLED = 130


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
@click.pass_obj
def run(options: dict[str, bool]) -> None:
    """Read product events and write the promoted generation, until SIGTERM or Ctrl-C.

    Where no generation is promoted yet, the one of the model (MODEL_PATH) is created and promoted.
    The first signal finishes what is under way, commits and leaves the group; a second one ends it at once.

    \b
    Examples:
      QDRANT_PATH=./index python -m consumer run
      EVENT_ORDER=version KAFKA_TOPICS=products QDRANT_PATH=./index python -m consumer run
    """
    settings = ConsumerSettings()
    configure_logging("consumer", level="DEBUG" if options["debug"] else settings.log_level)
    embedder = load_embedder(settings)
    store = open_store(settings)
    try:
        service = build_consumer(settings, store, embedder)
        asked = False

        def on_signal(_number: int, _frame: FrameType | None) -> None:
            nonlocal asked
            if asked:
                os._exit(_KILLED)
            asked = True
            service.request_stop()

        signal.signal(signal.SIGTERM, on_signal)
        signal.signal(signal.SIGINT, on_signal)
        with status_server(settings, service):
            service.run()
    finally:
        store.close()
