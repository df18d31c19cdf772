"""The event contract as AsyncAPI 3.0, seen by the consumer: which topics hold which messages."""

from typing import Any, Final

from product_events.event_types import EventType

_STRUCTURED_TYPE: Final = "application/cloudevents+json"
_THIRTY_DAYS_MS: Final = 30 * 24 * 3_600_000
_KEY: Final = {"type": "string", "description": "The product's id, UTF-8."}
_DESCRIPTION: Final = (
    "A shop's backend publishes what its products look like; the consumer keeps an index equal to it. "
    "Events are CloudEvents 1.0 in JSON, structured or binary mode; the message key is the product's id. "
    "The event's type decides what it means, not its topic. One compacted topic is recommended; a producer "
    "that knows several sends each type to the topic of that name."
)


def asyncapi_document(schemas: dict[str, Any]) -> dict[str, Any]:
    """Return the document around these schemas, whose references point to `#/components/schemas/`."""
    messages = _messages()
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Product events", "version": "1.0.0", "description": _DESCRIPTION},
        "defaultContentType": _STRUCTURED_TYPE,
        "channels": {
            "products": {
                "address": "products",
                "description": "All events of all products, compacted: a log that never forgets a live "
                "product. A producer must send a product's events in their order.",
                "messages": {name: _reference("messages", name) for name in messages},
                "bindings": {
                    "kafka": {
                        "topicConfiguration": {
                            "cleanup.policy": ["compact"],
                            "delete.retention.ms": _THIRTY_DAYS_MS,
                        },
                        "bindingVersion": "0.5.0",
                    }
                },
            },
            **{_channel(kind): _typed_channel(kind) for kind in EventType},
        },
        "operations": {
            "followProducts": _receive("products"),
            **{f"follow{_title(kind)}": _receive(_channel(kind)) for kind in EventType},
        },
        "components": {"messages": messages, "schemas": schemas},
    }


def _messages() -> dict[str, Any]:
    return {
        **{
            _channel(kind): _message(
                kind.value,
                _SUMMARIES[kind],
                headers={
                    "type": "object",
                    "description": "Structured mode. In binary mode the attributes are headers `ce_…`, "
                    "`content-type` is `application/json`, and the value is `data` alone.",
                    "properties": {"content-type": {"type": "string", "const": _STRUCTURED_TYPE}},
                },
                payload=_reference(
                    "schemas", "ProductDeleted" if kind is EventType.DELETED else "ProductStated"
                ),
            )
            for kind in EventType
        },
        "tombstone": _message(
            "tombstone",
            "The product is gone: a record without a value.",
            headers={
                "type": "object",
                "properties": {
                    "ce_productversion": {
                        "type": "string",
                        "pattern": "^[0-9]+$",
                        "description": "The delete's version, required where events are ordered by version.",
                    },
                    "ce_time": {
                        "type": "string",
                        "format": "date-time",
                        "description": "When it happened; left out, the record's timestamp counts.",
                    },
                },
            },
            payload={"type": "null"},
        ),
    }


_SUMMARIES: Final = {
    EventType.CREATED: "The product now looks like this.",
    EventType.UPDATED: "The product now looks like this.",
    EventType.DELETED: "The product is gone.",
}


def _message(name: str, summary: str, *, headers: dict[str, Any], payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "summary": summary,
        "headers": headers,
        "payload": payload,
        "bindings": {"kafka": {"key": dict(_KEY), "bindingVersion": "0.5.0"}},
    }


def _typed_channel(kind: EventType) -> dict[str, Any]:
    names = [_channel(kind), "tombstone"] if kind is EventType.DELETED else [_channel(kind)]
    return {
        "address": kind.value,
        "description": f"Where a producer that knows this topic sends {kind.value}.",
        "messages": {name: _reference("messages", name) for name in names},
    }


def _receive(channel: str) -> dict[str, Any]:
    return {"action": "receive", "channel": {"$ref": f"#/channels/{channel}"}}


def _reference(section: str, name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/{section}/{name}"}


def _channel(kind: EventType) -> str:
    return f"product{_title(kind)}"


def _title(kind: EventType) -> str:
    return kind.value.removeprefix("product.").capitalize()
