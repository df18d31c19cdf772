"""The dead-letter topic: a letter counts only once the broker has confirmed it."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from consumer.dead_letters.letter import DeadLetter
from consumer.errors import DeadLettersUnavailable
from consumer.redrive.returned_messages import COUNT_HEADER, times_redriven

_LONGEST_KEY_BYTES = 1_000


class DeadLetterSink(Protocol):
    """Where dead letters go."""

    def publish(self, letters: Sequence[DeadLetter]) -> None:
        """Hand over all of them; returns once each is confirmed.

        Raises DeadLettersUnavailable where one is not confirmed in time; some of them may have arrived.
        """
        ...

    def close(self) -> None:
        """Release the connection."""
        ...


class DeadLetterTopic:
    """Dead letters as Kafka messages. Thread-safe; blocks up to the delivery deadline."""

    def __init__(self, config: dict[str, Any], topic: str, *, deadline_seconds: float = 10.0) -> None:
        self._topic = topic
        self._deadline_seconds = deadline_seconds
        self._producer = Producer(
            {
                "acks": "all",
                "linger.ms": 5,
                **config,
                "delivery.timeout.ms": round(deadline_seconds * 1000),
            },
            logger=logging.getLogger("librdkafka"),
        )

    def publish(self, letters: Sequence[DeadLetter]) -> None:
        """Hand over all of them; see `DeadLetterSink.publish`."""
        too_large: list[DeadLetter] = []
        failures: list[str] = []
        for letter in letters:
            self._send(letter, self._on_delivery(letter, too_large, failures))
        self._flush()
        if too_large:
            for letter in too_large:
                shortened = by_reference(letter)
                self._send(shortened, self._on_delivery(shortened, None, failures))
            self._flush()
        if failures:
            raise DeadLettersUnavailable(f"topic {self._topic} did not take a dead letter: {failures[0]}")

    def close(self) -> None:
        """Release the connection; nothing is waited for, since publish waits."""
        self._producer.purge()

    def _send(self, letter: DeadLetter, on_delivery: Callable[[KafkaError | None, Message], None]) -> None:
        headers: list[tuple[str, str | bytes | None]] = [*letter.header_fields()]
        try:
            self._producer.produce(
                self._topic, key=letter.key, value=letter.value, headers=headers, on_delivery=on_delivery
            )
        except BufferError as error:
            self._producer.poll(0.1)
            raise DeadLettersUnavailable("the producer's queue is full") from error
        except KafkaException as error:
            too_large = error.args[0].code() == KafkaError.MSG_SIZE_TOO_LARGE
            if not too_large or letter.omitted_value_bytes is not None:
                raise DeadLettersUnavailable(f"topic {self._topic}: {error}") from error
            self._send(by_reference(letter), on_delivery)

    def _flush(self) -> None:
        waiting = self._producer.flush(self._deadline_seconds + 1)
        if waiting:
            self._producer.purge()
            self._producer.flush(1)
            raise DeadLettersUnavailable(
                f"topic {self._topic} did not confirm {waiting} dead letters in time"
            )

    def _on_delivery(
        self, letter: DeadLetter, too_large: list[DeadLetter] | None, failures: list[str]
    ) -> Callable[[KafkaError | None, Message], None]:
        def done(error: KafkaError | None, _message: Message) -> None:
            if error is None:
                return
            if too_large is not None and error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
                too_large.append(letter)
            else:
                failures.append(error.str())

        return done


def by_reference(letter: DeadLetter) -> DeadLetter:
    """The letter without the message itself: topic, partition and offset say where it is.

    What is left is small whatever the message was: a long key goes as well, and of the headers all but how
    often it was redriven.
    """
    times = times_redriven(letter.headers)
    return replace(
        letter,
        key=None if len(letter.key or b"") > _LONGEST_KEY_BYTES else letter.key,
        value=None,
        headers=((COUNT_HEADER, str(times).encode()),) if times else (),
        omitted_value_bytes=len(letter.value or b""),
    )
