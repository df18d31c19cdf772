"""What publishes events; `search_api.publisher.KafkaPublisher` is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from product_events import EncodedEvent, EventType


class Delivery(StrEnum):
    """What has become of an event."""

    DELIVERED = "delivered"
    """It is in the log for good."""
    UNKNOWN = "unknown"
    """Nobody has confirmed it in time; it may be in the log all the same."""
    TOO_LARGE = "too_large"
    """The broker does not take so many bytes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`reason` says why it was not delivered."""

    delivery: Delivery
    reason: str = ""


class EventPublisher(Protocol):
    """Thread-safe. Events of one call go out in their order."""

    def publish(self, events: Sequence[tuple[EventType, EncodedEvent]]) -> list[Outcome]:
        """Publish them, and say of each what has become of it. Blocks, until a deadline of its own."""
        ...

    def close(self) -> None:
        """Let go of the connection. Blocks for a few seconds at most."""
        ...
