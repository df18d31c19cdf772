"""`consumer run`: read events and keep the index equal to them."""

import os
import signal
from types import FrameType

import click

from consumer.settings import ConsumerSettings
from consumer.wiring import build_consumer
from model.load_embedder import load_embedder
from telemetry import configure_logging
from vector_store import open_store

_KILLED = 130


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
        service.run()
    finally:
        store.close()
