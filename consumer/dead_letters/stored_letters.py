"""A message of the dead-letter topic is read as the letter that it is."""

from dataclasses import dataclass
from typing import TypeAlias

import orjson

from consumer.dead_letters.letter import DeadLetter
from consumer.kafka.log_position import LogPosition
from consumer.redrive.returned_messages import times_redriven
from product_events import EventError, RawMessage

LetterIdentity: TypeAlias = tuple[LogPosition, str | None]
"""What the letter is about: a message, or one image of it. Several generations may have written it."""

_FIRST_FIELD = "dl_topic"
_UNFORESEEN = "Unexpected"


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """A dead letter and where it stands.

    position: its own, on the dead-letter topic. put_aside_ms: when it got there, milliseconds since 1970.
    """

    letter: DeadLetter
    position: LogPosition
    put_aside_ms: int

    @property
    def about(self) -> LogPosition:
        """Where the message stands that could not be used."""
        return LogPosition(self.letter.topic, self.letter.partition, self.letter.offset)

    @property
    def identity(self) -> LetterIdentity:
        """What tells it from letters about something else."""
        return self.about, self.letter.image_url

    @property
    def redrives(self) -> int:
        """How often its message had been redriven by then, as far as the letter knows."""
        return times_redriven(self.letter.headers)

    @property
    def carries_its_message(self) -> bool:
        """Whether the message can be had from the letter itself; else only from where it first stood.

        A letter without a value tells of a tombstone only where decoding put it aside. One written when a
        later try failed knows no more than the position.
        """
        letter = self.letter
        if letter.value is not None:
            return True
        of_decoding = letter.error_class in _of_decoding()
        return of_decoding and letter.omitted_value_bytes is None and letter.image_url is None

    @property
    def product_ids(self) -> frozenset[str]:
        """The product that it is about: by its key, and by what the event says, where the two differ."""
        letter = self.letter
        by_key = letter.key.decode("utf-8", "replace") if letter.key is not None else None
        return frozenset(found for found in (by_key, _id_in(letter.value)) if found is not None)

    def message(self) -> RawMessage:
        """Its message, of a letter that carries it."""
        letter = self.letter
        return RawMessage(
            letter.topic,
            letter.partition,
            letter.offset,
            letter.timestamp_ms,
            letter.key,
            letter.value,
            letter.headers,
        )


def read_letter(message: RawMessage) -> StoredLetter | None:
    """The letter that the message is; None of one that somebody else has put on the topic."""
    names = [name for name, _ in message.headers]
    if _FIRST_FIELD not in names:
        return None
    # Ours come last, from this one on; a shop's own headers may have any name.
    first = len(names) - 1 - names[::-1].index(_FIRST_FIELD)
    fields = {name: (value or b"").decode("utf-8", "replace") for name, value in message.headers[first:]}
    try:
        about = LogPosition.parse(f"{fields['dl_topic']}:{fields['dl_partition']}:{fields['dl_offset']}")
        letter = DeadLetter(
            topic=about.topic,
            partition=about.partition,
            offset=about.offset,
            timestamp_ms=int(fields["dl_timestamp_ms"]),
            error_class=fields["dl_error_class"],
            reason=fields["dl_reason"],
            attempts=int(fields["dl_attempts"]),
            retryable=fields["dl_retryable"] == "true",
            generation=fields["dl_generation"],
            service_version=fields["dl_service_version"],
            key=message.key,
            value=message.value,
            headers=message.headers[:first],
            image_url=fields.get("dl_image_url"),
            http_status=_number(fields.get("dl_image_status")),
            omitted_value_bytes=_number(fields.get("dl_value_omitted_bytes")),
        )
    except (KeyError, ValueError):
        return None
    return StoredLetter(
        letter, LogPosition(message.topic, message.partition, message.offset), message.timestamp_ms
    )


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _id_in(value: bytes | None) -> str | None:
    try:
        event = orjson.loads(value or b"null")
    except orjson.JSONDecodeError:
        return None
    data = event.get("data", event) if isinstance(event, dict) else None
    found = data.get("id") if isinstance(data, dict) else None
    return str(found) if isinstance(found, str | int) else None


def _of_decoding() -> frozenset[str]:
    return frozenset(kind.__name__ for kind in EventError.__subclasses__()) | {_UNFORESEEN}
