"""CloudEvents over Kafka, read by the CloudEvents SDK: structured and binary mode.

The SDK fills in what an event leaves out (a time of now, for one) and lets malformed input through as
whatever exception it meets; here an event without a time has none, and every malformation is NotAnEvent.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, from_structured
from cloudevents.core.exceptions import BaseCloudEventException
from cloudevents.core.v1.event import CloudEvent

from product_events.change import RawMessage
from product_events.errors import EventError, NotAnEvent
from product_events.event_time import milliseconds, parse_time
from product_events.json_format import ProductEventFormat

_FORMAT: Final = ProductEventFormat()
_NO_TIME: Final = datetime.min.replace(tzinfo=UTC)
# What nothing here reads cannot fail an event: other attributes are dropped before the SDK judges them.
_ATTRIBUTES_READ: Final = frozenset({"specversion", "id", "source", "type", "time", "refetch"})
_STRUCTURED_PREFIX: Final = b"application/cloudevents"
# The SDK's own validation, and what it lets slip where a value is not what it expected.
_MALFORMED: Final = (BaseCloudEventException, ValueError, TypeError, AttributeError, KeyError)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an event says about itself, and its data, not yet looked at.

    `time_ms` is None for an event that has no time. `refetch` is the attribute of that name, unparsed.
    """

    type: str
    time_ms: int | None
    refetch: Any
    data: Any


def open_envelope(message: RawMessage) -> Envelope:
    """Read a message that has a value. Raises NotAnEvent."""
    if not message.value:
        raise NotAnEvent("the value is empty")
    headers = known_headers(message.headers)
    try:
        event = _read(message.value, headers)
        time = event.get_time()
    except EventError:
        raise
    except _MALFORMED as error:
        raise NotAnEvent(f"not a CloudEvent: {type(error).__name__}: {error}") from error
    return Envelope(
        type=event.get_type(),
        time_ms=None if time is None or time is _NO_TIME else milliseconds(time),
        refetch=event.get_extension("refetch"),
        data=event.get_data(),
    )


def known_headers(headers: tuple[tuple[str, bytes | None], ...]) -> dict[str, bytes]:
    """Return the headers by lower-case name, the last of each name, without those that have no value."""
    return {name.lower(): value for name, value in headers if value is not None}


def time_in_headers_ms(headers: dict[str, bytes]) -> int | None:
    """Return the time that a message carries in its header `ce_time`, if any. Raises NotAnEvent."""
    value = headers.get("ce_time")
    if value is None:
        return None
    return milliseconds(parse_time(value.decode(errors="replace")))


def _read(value: bytes, headers: dict[str, bytes]) -> BaseCloudEvent:
    # The key stays out: the SDK would build the event a second time to hold it.
    if _is_structured(headers):
        return from_structured(KafkaMessage({}, None, value), _FORMAT, _event)
    attributes = {
        name: text for name, text in headers.items() if name.removeprefix("ce_") in _ATTRIBUTES_READ
    }
    time = attributes.pop("ce_time", None)
    event = from_binary(KafkaMessage(attributes, None, value), _FORMAT, _event)
    if time is not None:
        event.get_attributes()["time"] = parse_time(time.decode())
    return event


def _is_structured(headers: dict[str, bytes]) -> bool:
    """As the Kafka binding has it, the content type decides; if it does not tell, the event's headers do."""
    if headers.get("content-type", b"").strip().lower().startswith(_STRUCTURED_PREFIX):
        return True
    return "ce_type" not in headers and "ce_specversion" not in headers


def _event(attributes: dict[str, Any], data: Any) -> CloudEvent:
    read = {name: value for name, value in attributes.items() if name in _ATTRIBUTES_READ}
    read.setdefault("time", _NO_TIME)
    return CloudEvent(read, data)
