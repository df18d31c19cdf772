"""Messages as a broker delivers them, for the tests of this room."""

import json
from typing import Any, Final

from product_events import EventPolicy, OrderKind, ProductChange, RawMessage, decode_event

TIMESTAMP_MS: Final = 1_795_000_000_000
TIME: Final = "2026-11-18T11:06:40.000Z"
BY_TIME: Final = EventPolicy(OrderKind.TIME)
BY_VERSION: Final = EventPolicy(OrderKind.VERSION)
JSON_TYPE: Final = (("content-type", b"application/json"),)


def message(
    value: bytes | None,
    *,
    key: bytes | None = None,
    headers: tuple[tuple[str, bytes | None], ...] = (),
    timestamp_ms: int = TIMESTAMP_MS,
) -> RawMessage:
    return RawMessage("products", 0, 7, timestamp_ms, key, value, headers)


def structured(data: Any, *, key: bytes | None = None, **attributes: Any) -> RawMessage:
    """A structured event of type product.updated at TIME; an attribute of None is left out."""
    event = {
        "specversion": "1.0",
        "id": "1",
        "source": "/shop",
        "type": "product.updated",
        "time": TIME,
        "data": data,
        **attributes,
    }
    return message(json.dumps({k: v for k, v in event.items() if v is not None}).encode(), key=key)


def binary(data: Any, *extra: tuple[str, bytes | None], without: str = "") -> RawMessage:
    """A binary event of type product.updated at TIME; later headers win."""
    headers: tuple[tuple[str, bytes | None], ...] = (
        ("ce_specversion", b"1.0"),
        ("ce_id", b"1"),
        ("ce_source", b"/shop"),
        ("ce_type", b"product.updated"),
        ("ce_time", TIME.encode()),
        *JSON_TYPE,
        *extra,
    )
    return message(json.dumps(data).encode(), headers=tuple(h for h in headers if h[0] != without))


def decoded(data: Any, policy: EventPolicy = BY_TIME, **attributes: Any) -> ProductChange:
    return decode_event(structured(data, **attributes), policy)
