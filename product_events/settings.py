"""The settings of this room, for the services that read events."""

from pydantic import BaseModel, ConfigDict, Field

from product_events.change import MAX_EVENT_BYTES, EventPolicy
from product_events.order import OrderKind


class EventSettings(BaseModel):
    """How events are ordered, and what they may hold."""

    model_config = ConfigDict(frozen=True)

    event_order: OrderKind = Field(
        default=OrderKind.TIME,
        description="What orders a product's events: `time` (the event's time, else the record's timestamp) "
        "or `version` (`data.version`, which must grow with every change).",
    )
    event_max_ahead_seconds: float = Field(
        default=300,
        ge=0,
        allow_inf_nan=False,
        description="How far an event's time may be ahead of its Kafka record's timestamp, in seconds.",
    )
    event_max_bytes: int = Field(
        default=MAX_EVENT_BYTES,
        ge=1_024,
        description="Bytes that an event's message may have; more is for shops that send `data:` images.",
    )
    max_images: int = Field(default=50, ge=1, description="How many images a product may have.")


def event_policy(settings: EventSettings) -> EventPolicy:
    """Return the policy that these settings describe."""
    return EventPolicy(
        order_kind=settings.event_order,
        max_ahead_seconds=settings.event_max_ahead_seconds,
        max_images=settings.max_images,
        max_bytes=settings.event_max_bytes,
    )
