"""`consumer skip`: pass over one message that blocks a partition."""

import click

from consumer.dead_letters.letter import DeadLetterWriter
from consumer.dead_letters.topic import DeadLetterTopic
from consumer.errors import NoSuchTopic
from consumer.kafka.client_config import client_config, group_name
from consumer.kafka.group_offsets import GroupOffsets
from consumer.kafka.log_position import LogPosition
from consumer.kafka.topic_reader import TopicReader
from consumer.redrive.returned_messages import redrive_topic
from consumer.settings import ConsumerSettings
from consumer.skipping import SkipRequest
from consumer.skipping import skip as skip_message
from consumer.version import SERVICE_VERSION
from telemetry import configure_logging
from vector_store import open_store


@click.command("skip")
@click.option(
    "--generation", required=True, metavar="NAME", help="The generation whose consumers are blocked."
)
@click.option("--topic", required=True, help="The topic of the message.")
@click.option("--partition", required=True, type=click.IntRange(min=0), help="Its partition.")
@click.option("--offset", required=True, type=click.IntRange(min=0), help="Its offset.")
@click.option("--reason", default="skipped by hand", show_default=True, help="What its dead letter will say.")
@click.option("--force", is_flag=True, help="Whatever offset the group has committed.")
@click.pass_obj
def skip(
    options: dict[str, bool],
    *,
    generation: str,
    topic: str,
    partition: int,
    offset: int,
    reason: str,
    force: bool,
) -> None:
    """Pass over one message on which the consumers of a generation stop again and again.

    Stop them all first; while the group has members nothing is done. The message is put aside as a dead
    letter, and once that is confirmed, the group's offset moves past it. Redrive it when the cause is gone.

    \b
    Examples:
      python -m consumer skip --generation products-1f2e3d4c --topic products --partition 0 --offset 4711
      python -m consumer skip --generation products-1f2e3d4c --topic products --partition 0 --offset 4711 \\
          --reason "crashes version 0.1.0"
    """
    settings = ConsumerSettings()
    configure_logging("consumer", level="DEBUG" if options["debug"] else "ERROR")
    group = _group_of(settings, generation)
    redriven = redrive_topic(settings.kafka_dead_letter_topic)
    request = SkipRequest(LogPosition(topic, partition, offset), reason, redriven, force)
    with (
        TopicReader(client_config(settings), group=group) as reader,
        GroupOffsets(client_config(settings), group) as offsets,
    ):
        if not reader.has_topic(settings.kafka_dead_letter_topic):
            raise NoSuchTopic(
                f"no such topic: {settings.kafka_dead_letter_topic}; the letter has no place to go"
            )
        dead_letters = DeadLetterTopic(client_config(settings), settings.kafka_dead_letter_topic)
        try:
            before = skip_message(
                request,
                reader=reader,
                group=offsets,
                dead_letters=dead_letters,
                letters=DeadLetterWriter(generation, SERVICE_VERSION),
            )
        finally:
            dead_letters.close()
    came_from = "nothing committed" if before is None else f"offset {before}"
    click.echo(f"skipped {request.position}: its dead letter is on {settings.kafka_dead_letter_topic}")
    click.echo(f"group {group}: from {came_from} to offset {offset + 1}")


def _group_of(settings: ConsumerSettings, generation: str) -> str:
    store = open_store(settings)
    try:
        found = store.open(generation).generation
    finally:
        store.close()
    return group_name(settings, found.name, found.incarnation)
