"""What was redriven already, as the redrive topic tells."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from consumer.kafka.log_position import LogPosition
from consumer.kafka.topic_reader import OnProgress, TopicReader
from consumer.redrive.returned_messages import as_first_sent, redrive_topic
from product_events import NotAnEvent, RawMessage


@dataclass(frozen=True, slots=True)
class Redrives:
    """Of one message: how often it was redriven, and when last (milliseconds since 1970)."""

    times: int = 0
    last_ms: int = 0

    def is_answered(self, *, letter_redrives: int, put_aside_ms: int) -> bool:
        """Whether this letter was written after the last redrive, so that it has come back since.

        The letter's own count tells where it has one; a letter of a later try has none, and its time tells.
        """
        return letter_redrives >= self.times or put_aside_ms > self.last_ms


def history_of(
    redriven: Iterable[RawMessage], wanted: Collection[LogPosition]
) -> dict[LogPosition, Redrives]:
    """By where a message first stood, its redrives. Messages that say nothing usable are passed over."""
    found: dict[LogPosition, Redrives] = {}
    for message in redriven:
        try:
            first = as_first_sent(message)
        except NotAnEvent:
            continue
        position = LogPosition(first.topic, first.partition, first.offset)
        if position in wanted:
            before = found.get(position, Redrives())
            found[position] = Redrives(before.times + 1, max(before.last_ms, message.timestamp_ms))
    return found


def read_history(
    reader: TopicReader,
    dead_letter_topic: str,
    wanted: Collection[LogPosition],
    on_progress: OnProgress,
) -> dict[LogPosition, Redrives]:
    """The redrives of these messages; none where there is no redrive topic yet. Raises KafkaUnreachable."""
    topic = redrive_topic(dead_letter_topic)
    if not wanted or not reader.has_topic(topic):
        return {}
    return history_of(reader.read(topic, on_progress=on_progress), wanted)
