"""What the commands on generations share: settings, the store, the groups, and time."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from threading import Event
from time import monotonic, time_ns

import click

from consumer.generations.groups import Groups, KafkaGroups
from consumer.settings import ConsumerSettings
from telemetry import configure_logging
from vector_store import VectorStore, open_store


@contextmanager
def opened(*, debug: bool, kafka_seconds: float = 10.0) -> Iterator[tuple[VectorStore, Groups]]:
    """The store and the groups of the environment's settings, until the block ends. Raises StoreError.

    kafka_seconds: how long one question to Kafka may take.
    """
    settings = ConsumerSettings()
    configure_logging("consumer", level="DEBUG" if debug else "ERROR")
    with closing(open_store(settings)) as store:
        yield store, KafkaGroups(settings, deadline_seconds=kafka_seconds)


def warn(warnings: Iterable[str]) -> None:
    """Tell them where they do not mix with what is read by a program."""
    for each in warnings:
        click.echo(f"warning: {each}", err=True)


class RealTime:
    """The machine's clocks."""

    def monotonic(self) -> float:
        """Seconds."""
        return monotonic()

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        return time_ns() // 1_000_000

    def pause(self, seconds: float) -> None:
        """Block for so long; Ctrl-C ends it."""
        Event().wait(seconds)
