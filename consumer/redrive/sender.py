"""Letters become messages of the redrive topic; each counts only once the broker has confirmed it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from consumer.dead_letters.stored_letters import StoredLetter
from consumer.kafka.log_position import LogPosition
from consumer.kafka.topic_reader import TopicReader
from consumer.redrive.plan import Candidate
from consumer.redrive.returned_messages import redrive_headers
from product_events import RawMessage
from telemetry.interruption import interruption_held

_MOST_UNCONFIRMED = 200
_MOST_UNCONFIRMED_BYTES = 16 * 2**20
_MESSAGE_TOO_LARGE = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.RECORD_LIST_TOO_LARGE})
_LONGEST_CALL_SECONDS = 0.2
_LARGEST_MESSAGE_BYTES = 1_000_000_000


class RedriveStopped(Exception):
    """The redrive topic does not take messages; its text says why. What was confirmed stays sent."""


class OriginalGone(Exception):
    """A letter refers to a message that the log no longer holds; its text says what is there instead."""


@dataclass(slots=True)
class Sent:
    """What came of what was sent. refused: by the position of the message, why the broker refused it."""

    confirmed: int = 0
    refused: dict[LogPosition, str] = field(default_factory=dict)


def message_of(stored: StoredLetter, candidate: Candidate, reader: TopicReader) -> RawMessage:
    """The message that the letter is about: from the letter, or from where it first stood.

    Blocks for a read. Raises OriginalGone, KafkaUnreachable.
    """
    if stored.carries_its_message:
        return stored.message()
    about, letter = candidate.about, stored.letter
    if not reader.has_topic(about.topic):
        raise OriginalGone(f"there is no topic {about.topic} any more")
    found = reader.read_at(about.topic, about.partition, about.offset)
    if found is None:
        raise OriginalGone(f"{about} is no longer in the log")
    if letter.key is not None and found.key is not None and letter.key != found.key:
        raise OriginalGone(f"at {about} stands another message now: its key is another")
    if letter.omitted_value_bytes not in (None, len(found.value or b"")):
        raise OriginalGone(f"at {about} stands another message now: its size is another")
    return found


class RedriveSender:
    """Sends to one topic, a bounded number at a time. Used on one thread."""

    def __init__(self, config: Mapping[str, Any], topic: str, *, deadline_seconds: float = 15.0) -> None:
        self._topic = topic
        self._deadline_seconds = deadline_seconds
        self._waiting = self._waiting_bytes = 0
        self._failure: str | None = None
        self.sent = Sent()
        self._producer = Producer(
            {
                "acks": "all",
                # What one topic has taken may be larger than the client's default; the broker decides.
                "message.max.bytes": _LARGEST_MESSAGE_BYTES,
                **config,
                "linger.ms": 5,
                "delivery.timeout.ms": round(deadline_seconds * 1000),
            },
            logger=logging.getLogger("librdkafka"),
        )

    def send(self, message: RawMessage, *, times: int, images_again: bool) -> None:
        """Hand over one; blocks now and then until all so far are confirmed. Raises RedriveStopped."""
        headers: list[tuple[str, str | bytes | None]] = [
            *redrive_headers(message, times=times, images_again=images_again)
        ]
        position = LogPosition(message.topic, message.partition, message.offset)

        def delivered(error: KafkaError | None, _message: Message) -> None:
            self._on_delivery(position, error)

        try:
            self._producer.produce(
                self._topic, key=message.key, value=message.value, headers=headers, on_delivery=delivered
            )
        except KafkaException as error:
            self._on_delivery(position, error.args[0])
        self._waiting += 1
        self._waiting_bytes += len(message.value or b"")
        if self._waiting >= _MOST_UNCONFIRMED or self._waiting_bytes >= _MOST_UNCONFIRMED_BYTES:
            self.confirm()

    def confirm(self) -> None:
        """Block until each message so far has its delivery report. Raises RedriveStopped."""
        until = monotonic() + self._deadline_seconds + 1
        while (left := self._flush()) and monotonic() < until:
            pass
        self._waiting = self._waiting_bytes = 0
        if left:
            self._producer.purge()
            self._producer.flush(1)
            raise RedriveStopped(f"topic {self._topic} did not confirm {left} messages in time")
        if self._failure is not None:
            raise RedriveStopped(f"topic {self._topic}: {self._failure}")

    def _flush(self) -> int:
        with interruption_held():
            return self._producer.flush(_LONGEST_CALL_SECONDS)

    def _on_delivery(self, position: LogPosition, error: KafkaError | None) -> None:
        if error is None:
            self.sent.confirmed += 1
        elif error.code() in _MESSAGE_TOO_LARGE:
            self.sent.refused[position] = "it is larger than the redrive topic takes (max.message.bytes)"
        else:
            self._failure = self._failure or error.str()
