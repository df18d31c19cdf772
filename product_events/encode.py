"""A product's data becomes the Kafka message of an event, for producers and tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import uuid4

from cloudevents.core.bindings.kafka import to_binary, to_structured
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.v1.event import CloudEvent

from product_events.decode import id_of
from product_events.errors import InvalidProduct, NotAnEvent, UnknownEventType
from product_events.event_time import format_time
from product_events.event_types import EventType
from product_events.json_format import ProductEventFormat

Mode = Literal["structured", "binary"]

_FORMAT: Final = ProductEventFormat()


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """One Kafka message: key, value and headers, as any client takes them."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


def encode_event(
    event_type: str,
    data: Mapping[str, Any],
    *,
    source: str,
    time: datetime | None = None,
    event_id: str | None = None,
    mode: Mode = "structured",
) -> EncodedEvent:
    """Write an event about the product `data["id"]`, its time now unless given, to the millisecond.

    The data is written as it is; `decode_event` says whether a consumer would take it. Raises
    UnknownEventType, MissingProductId, NotAnEvent for an empty `source` or a time without an offset, and
    InvalidProduct for data that is not JSON.
    """
    if event_type not in set(EventType):
        raise UnknownEventType(f"type {event_type[:100]!r} is none of {', '.join(EventType)}")
    content = dict(data)
    product_id = id_of(content)
    moment = datetime.now(UTC) if time is None else time
    if moment.utcoffset() is None:
        raise NotAnEvent("time has no offset from UTC")
    attributes = {
        "specversion": "1.0",
        "id": event_id or str(uuid4()),
        "source": source,
        "type": str(event_type),
        "subject": product_id,
        "time": datetime.fromisoformat(format_time(moment)),
        "datacontenttype": "application/json",
    }
    write = to_structured if mode == "structured" else to_binary
    try:
        event = CloudEvent(attributes, content)
        message = write(event, _FORMAT, lambda _: product_id)
        key = product_id.encode()
    except CloudEventValidationError as error:
        raise NotAnEvent(str(error)) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidProduct(f"data cannot be written as JSON: {error}") from error
    return EncodedEvent(key, message.value, tuple(message.headers.items()))
