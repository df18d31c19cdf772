"""Messages that come back from the dead letters keep the place that they had.

A redriven message is read from the redrive topic. Its original position and timestamp travel in headers, and
its order is taken from those: published to its own topic again, an old event could outrank newer ones.
"""

from dataclasses import replace

from product_events import NotAnEvent, RawMessage

REDRIVE_SUFFIX = ".redrive"
TOPIC_HEADER = "redrive_topic"
PARTITION_HEADER = "redrive_partition"
OFFSET_HEADER = "redrive_offset"
TIMESTAMP_HEADER = "redrive_timestamp_ms"
_ADDED_HEADERS = frozenset({TOPIC_HEADER, PARTITION_HEADER, OFFSET_HEADER, TIMESTAMP_HEADER})


def redrive_topic(dead_letter_topic: str) -> str:
    """Where dead letters are sent to be read again."""
    return dead_letter_topic + REDRIVE_SUFFIX


def redrive_headers(original: RawMessage) -> tuple[tuple[str, bytes | None], ...]:
    """The headers of a message for the redrive topic: its own, and where it stood."""
    return (
        *((name, value) for name, value in original.headers if name not in _ADDED_HEADERS),
        (TOPIC_HEADER, original.topic.encode()),
        (PARTITION_HEADER, str(original.partition).encode()),
        (OFFSET_HEADER, str(original.offset).encode()),
        (TIMESTAMP_HEADER, str(original.timestamp_ms).encode()),
    )


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
            headers=tuple((name, value) for name, value in message.headers if name not in _ADDED_HEADERS),
        )
    except (KeyError, ValueError) as error:
        raise NotAnEvent(f"a redriven message without a usable {error}") from error
