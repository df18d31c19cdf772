"""One message is passed over by hand: put aside first, then the group's offset moves past it."""

from dataclasses import dataclass

from consumer.dead_letters.letter import DeadLetterWriter
from consumer.dead_letters.topic import DeadLetterSink
from consumer.errors import SkipRefused
from consumer.kafka.group_offsets import GroupOffsets
from consumer.kafka.log_position import LogPosition
from consumer.kafka.topic_reader import TopicReader
from consumer.redrive.returned_messages import as_first_sent
from product_events import NotAnEvent, RawMessage

_ERROR_CLASS = "Skipped"


@dataclass(frozen=True, slots=True)
class SkipRequest:
    """What to pass over, and why, for the dead letter. redrive_topic: whose messages first stood elsewhere.

    force: wherever the group stands.
    """

    position: LogPosition
    reason: str
    redrive_topic: str
    force: bool = False


def skip(
    request: SkipRequest,
    *,
    reader: TopicReader,
    group: GroupOffsets,
    dead_letters: DeadLetterSink,
    letters: DeadLetterWriter,
) -> int | None:
    """Put the message aside, confirmed, then commit the offset after it; returns the one committed before.

    Blocks. Raises SkipRefused where the group has members, the message is not there or is not the one that
    the group would read next, KafkaUnreachable, NoSuchTopic, DeadLettersUnavailable. Nothing is committed
    unless the letter is confirmed.
    """
    position = request.position
    group.refuse_members()
    message = reader.read_at(position.topic, position.partition, position.offset)
    if message is None:
        raise SkipRefused(f"there is no message at {position}")
    committed = group.committed(position.topic, position.partition)
    if not request.force:
        _refuse_unless_next(committed, position, reader)
    letter = letters.of_message(
        _as_first_sent(message, request.redrive_topic), error_class=_ERROR_CLASS, reason=request.reason
    )
    dead_letters.publish([letter])
    group.commit(position.topic, position.partition, position.offset + 1)
    return committed


def _refuse_unless_next(committed: int | None, position: LogPosition, reader: TopicReader) -> None:
    if committed is None:
        raise SkipRefused(
            f"the group has committed nothing of {position.topic}[{position.partition}]; "
            "--force skips all that comes before it"
        )
    if committed == position.offset:
        return
    coming = reader.first_from(position.topic, position.partition, committed)
    # Compaction may have left a hole between what is committed and what comes next.
    if coming is None or coming.offset != position.offset:
        told = "nothing comes next" if coming is None else f"offset {coming.offset} comes next"
        raise SkipRefused(
            f"the group stands at offset {committed} of {position.topic}[{position.partition}], "
            f"where {told}, not {position.offset}; --force moves it all the same"
        )


def _as_first_sent(message: RawMessage, redrive_topic: str) -> RawMessage:
    if message.topic != redrive_topic:
        return message
    try:
        return as_first_sent(message)
    except NotAnEvent:
        return message
