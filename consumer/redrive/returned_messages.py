"""Messages that come back from the dead letters keep the place that they had.

A redriven message is read from the redrive topic. Its original position and timestamp travel in headers, and
its order is taken from those: published to its own topic again, an old event could outrank newer ones. A
header that stays with it says how often it was redriven, so that its next dead letter says so too.
"""

from dataclasses import replace
from typing import TypeAlias

from product_events import NotAnEvent, RawMessage

REDRIVE_SUFFIX = ".redrive"
TOPIC_HEADER = "redrive_topic"
PARTITION_HEADER = "redrive_partition"
OFFSET_HEADER = "redrive_offset"
TIMESTAMP_HEADER = "redrive_timestamp_ms"
COUNT_HEADER = "redrive_count"
IMAGES_HEADER = "redrive_images"
_PLACE_HEADERS = frozenset({TOPIC_HEADER, PARTITION_HEADER, OFFSET_HEADER, TIMESTAMP_HEADER, IMAGES_HEADER})
_ADDED_HEADERS = _PLACE_HEADERS | {COUNT_HEADER}
_FAILED_IMAGES = b"failed"
_LONGEST_COUNT_DIGITS = 10

Headers: TypeAlias = tuple[tuple[str, bytes | None], ...]
"""A message's headers, in order; names may repeat."""


def redrive_topic(dead_letter_topic: str) -> str:
    """Where dead letters are sent to be read again."""
    return dead_letter_topic + REDRIVE_SUFFIX


def redrive_headers(original: RawMessage, *, times: int | None = None, images_again: bool = False) -> Headers:
    """The headers of a message for the redrive topic: its own, and where it stood.

    times: how often it was redriven, this time included; default: once more than its headers say.
    images_again: whether the images of its state that have failed are to be tried again.
    """
    count = times_redriven(original.headers) + 1 if times is None else times
    return (
        *((name, value) for name, value in original.headers if name not in _ADDED_HEADERS),
        (TOPIC_HEADER, original.topic.encode()),
        (PARTITION_HEADER, str(original.partition).encode()),
        (OFFSET_HEADER, str(original.offset).encode()),
        (TIMESTAMP_HEADER, str(original.timestamp_ms).encode()),
        (COUNT_HEADER, str(count).encode()),
        *(((IMAGES_HEADER, _FAILED_IMAGES),) if images_again else ()),
    )


def times_redriven(headers: Headers) -> int:
    """How often the message was redriven, as its headers say; 0 where they say nothing usable."""
    text = dict(headers).get(COUNT_HEADER) or b""
    return int(text) if text.isdigit() and len(text) < _LONGEST_COUNT_DIGITS else 0


def asks_for_images(headers: Headers) -> bool:
    """Whether a redriven message asks that failed images of its state be tried again."""
    return dict(headers).get(IMAGES_HEADER) == _FAILED_IMAGES


def as_first_sent(message: RawMessage) -> RawMessage:
    """A message of the redrive topic as it stood on its own topic. Raises NotAnEvent without its headers."""
    found = dict(message.headers)
    try:
        return replace(
            message,
            topic=(found[TOPIC_HEADER] or b"").decode(),
            partition=int(found[PARTITION_HEADER] or b""),
            offset=int(found[OFFSET_HEADER] or b""),
            timestamp_ms=int(found[TIMESTAMP_HEADER] or b""),
            headers=tuple((name, value) for name, value in message.headers if name not in _PLACE_HEADERS),
        )
    except (KeyError, ValueError) as error:
        raise NotAnEvent(f"a redriven message without a usable {error}") from error
