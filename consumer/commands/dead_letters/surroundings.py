"""What each command on dead letters needs around it: settings, quiet logs, a bar for what takes long."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from consumer.kafka.client_config import client_config
from consumer.kafka.topic_reader import OnProgress, StagedProgress, TopicReader
from consumer.settings import ConsumerSettings
from telemetry import configure_logging


def command_settings(*, debug: bool) -> ConsumerSettings:
    """The settings; the log tells of failures alone, since the command itself speaks to a person."""
    settings = ConsumerSettings()
    configure_logging("consumer", level="DEBUG" if debug else "ERROR")
    return settings


def reader_group(settings: ConsumerSettings) -> str:
    """A group's name that nobody joins, in the range that the operator has granted."""
    return f"{settings.kafka_group_prefix}.dead-letters"


def open_reader(settings: ConsumerSettings) -> TopicReader:
    """A reader of topics; the caller closes it."""
    return TopicReader(client_config(settings), group=reader_group(settings))


@contextmanager
def staged_progress() -> Iterator[StagedProgress]:
    """A bar on standard error, which each stage begins anew; nothing where no terminal is."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting", total=None)

        def begin(stage: str) -> OnProgress:
            bar.reset(task, description=stage, total=None)
            return lambda done, total: bar.update(task, completed=done, total=total)

        yield begin
