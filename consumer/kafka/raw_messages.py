"""A message of Kafka's client becomes one without the client's classes."""

from collections.abc import Sequence
from operator import methodcaller
from typing import TypeVar, cast

from confluent_kafka import Message

from consumer.errors import KafkaFatal
from product_events import RawMessage

T = TypeVar("T")
# Where the client meets a name that is no UTF-8, it returns pairs without one, and an exception that is not
# raised. A call made from C is checked for that; one that the interpreter has specialised may crash.
_HEADERS_OF = methodcaller("headers")


def to_raw(message: Message) -> RawMessage:
    """The message as it was delivered; one that carries an error is the caller's to sort out."""
    _kind, timestamp_ms = message.timestamp()
    return RawMessage(
        topic=_known(message.topic()),
        partition=_known(message.partition()),
        offset=_known(message.offset()),
        timestamp_ms=timestamp_ms,
        key=_bytes(message.key()),
        value=_bytes(message.value()),
        headers=_header_pairs(message),
    )


def _header_pairs(message: Message) -> tuple[tuple[str, bytes | None], ...]:
    try:
        # The client delivers a list of pairs, which its type does not say.
        pairs = cast(Sequence[tuple[str, str | bytes | None]], _HEADERS_OF(message) or ())
    except SystemError:
        # One name that is no UTF-8, and the client hands over none. What the event says without them decides:
        # a message that nobody could read would stop every consumer of its partition for good.
        return ()
    return tuple((name, _bytes(value)) for name, value in pairs)


def _known(value: T | None) -> T:
    if value is None:
        raise KafkaFatal("the client delivered a message without its position")
    return value


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
