"""The consumer inside the test's own process, wired as in production."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import time_ns

from consumer.generation_choice import OpenedGeneration, check_fits, open_for_run
from consumer.service import ConsumerService
from consumer.settings import ConsumerSettings
from consumer.wiring import build_consumer
from model.embedder import Embedder
from vector_store import VectorStore


@contextmanager
def running_consumer(
    settings: ConsumerSettings, store: VectorStore, embedder: Embedder, generation: str | None = None
) -> Iterator[ConsumerService]:
    """A consumer that runs until the block ends; what stopped it earlier is raised then.

    embedder: the generation's model, so that not every consumer of a test reads it again.
    generation: as `run --generation`.
    """
    opened = open_for_run(store, settings, name=generation, now_ms=lambda: time_ns() // 1_000_000)
    check_fits(opened.collection.generation, embedder, settings)
    service = build_consumer(settings, store, OpenedGeneration(opened.collection, embedder))
    failures: list[BaseException] = []

    def run() -> None:
        try:
            service.run()
        except BaseException as error:  # noqa: BLE001 - raised again below, on the test's thread
            failures.append(error)

    thread = Thread(target=run, name="consumer")
    thread.start()
    try:
        yield service
    finally:
        service.request_stop()
        thread.join(timeout=60)
    assert not thread.is_alive(), "the consumer did not stop"
    if failures:
        raise failures[0]
