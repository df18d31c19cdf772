"""A message becomes a change of one product, or an EventError that says why it cannot."""

from typing import Any, Final

from pydantic import ValidationError

from product_events.change import EventPolicy, ProductChange, RawMessage
from product_events.coercion import identifier
from product_events.envelope import known_headers, open_envelope, time_in_headers_ms
from product_events.errors import (
    EventTooLarge,
    InvalidProduct,
    KeyMismatch,
    MissingProductId,
    TooManyImages,
    UnknownEventType,
)
from product_events.event_types import EventType
from product_events.models import MAX_ID_CHARS, Product
from product_events.order import OrderKind, is_ahead, order_by_time, order_by_version
from product_events.tie import tie_of

VERSION_HEADER: Final = "ce_productversion"
_MAX_FIELDS_NAMED: Final = 3
_TYPES: Final = {kind.value: kind for kind in EventType}


def decode_event(message: RawMessage, policy: EventPolicy) -> ProductChange:
    """Decode one message: a CloudEvent in structured or binary mode, or a tombstone.

    Raises a leaf of EventError for whatever cannot be applied, and nothing else.
    """
    if message.value is None:
        return _decode_tombstone(message, policy)
    if len(message.value) > policy.max_bytes:
        raise EventTooLarge(f"{len(message.value)} bytes, and an event may have {policy.max_bytes}")
    envelope = open_envelope(message)
    kind = _TYPES.get(envelope.type)
    if kind is None:
        raise UnknownEventType(f"type {envelope.type[:100]!r} is none of {', '.join(_TYPES)}")
    data = envelope.data
    if type(data) is not dict:
        raise InvalidProduct("data is missing" if data is None else "data is not a JSON object")
    product_id = id_of(data)
    _check_key(message.key, product_id)
    order = _order(data.get("version"), "data.version", envelope.time_ms, message, policy)
    event_time_ms = _event_time_ms(envelope.time_ms, message.timestamp_ms, policy)
    if kind is EventType.DELETED:
        return ProductChange(product_id, order, 0, True, event_time_ms, None, False)
    refetch = _flag(envelope.refetch, "refetch") or _flag(data.get("refetch"), "data.refetch")
    product = _product(data, policy.max_images)
    tie = tie_of(data, refetch=refetch)
    return ProductChange(product_id, order, tie, False, event_time_ms, product, refetch)


def id_of(data: dict[str, Any]) -> str:
    """Return the product id of an event's data. Raises MissingProductId and InvalidProduct."""
    value = data.get("id")
    if value is None:
        raise MissingProductId("data.id is missing")
    try:
        value = identifier(value)
    except ValueError as error:
        raise InvalidProduct(f"data.id: {error}") from error
    if type(value) is int:
        return str(value)
    if type(value) is not str:
        raise InvalidProduct("data.id: should be a string or an integer")
    if not value.strip():
        raise MissingProductId("data.id is empty")
    if len(value) > MAX_ID_CHARS:
        raise InvalidProduct(f"data.id: should have at most {MAX_ID_CHARS} characters")
    return value


def _decode_tombstone(message: RawMessage, policy: EventPolicy) -> ProductChange:
    if not message.key:
        raise MissingProductId("a tombstone without a key")
    try:
        product_id = id_of({"id": message.key.decode()})
    except UnicodeDecodeError as error:
        raise MissingProductId("a tombstone whose key is not UTF-8") from error
    headers = known_headers(message.headers)
    time_ms = time_in_headers_ms(headers)
    version = headers.get(VERSION_HEADER)
    text = None if version is None else version.decode(errors="replace")
    order = _order(text, f"header {VERSION_HEADER}", time_ms, message, policy)
    event_time_ms = _event_time_ms(time_ms, message.timestamp_ms, policy)
    return ProductChange(product_id, order, 0, True, event_time_ms, None, False)


def _check_key(key: bytes | None, product_id: str) -> None:
    if key is not None and key != product_id.encode():
        shown = key[:100].decode(errors="replace")
        raise KeyMismatch(f"the key is {shown!r}, but data.id is {product_id[:100]!r}")


def _order(version: Any, where: str, time_ms: int | None, message: RawMessage, policy: EventPolicy) -> int:
    if policy.order_kind is OrderKind.VERSION:
        return order_by_version(version, where)
    return order_by_time(time_ms, message.timestamp_ms, policy.max_ahead_seconds)


def _event_time_ms(time_ms: int | None, timestamp_ms: int, policy: EventPolicy) -> int:
    # Versions are immune to clocks: a wrong one must not fail an event that it does not order.
    if time_ms is None or time_ms < 0 or is_ahead(time_ms, timestamp_ms, policy.max_ahead_seconds):
        return max(timestamp_ms, 0)
    return time_ms


def _flag(value: Any, where: str) -> bool:
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value.lower(), value)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise InvalidProduct(f"{where}: should be true or false")


def _product(data: dict[str, Any], max_images: int) -> Product:
    try:
        product = Product.model_validate(data)
    except ValidationError as error:
        raise InvalidProduct(_in_one_line(error)) from error
    if len(product.images) > max_images:
        raise TooManyImages(f"{len(product.images)} images, more than {max_images}")
    return product


def _in_one_line(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_context=False, include_input=False)
    named = [
        f"{'.'.join(['data', *map(str, detail['loc'])])}: {detail['msg'].removeprefix('Value error, ')}"
        for detail in details[:_MAX_FIELDS_NAMED]
    ]
    more = len(details) - len(named)
    return "; ".join(named) + (f"; and {more} more" if more else "")
