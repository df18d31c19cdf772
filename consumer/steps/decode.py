"""Bytes become changes, or the reason why not."""

import traceback
from collections.abc import Iterable
from dataclasses import dataclass

from product_events import EventError, EventPolicy, ProductChange, RawMessage, decode_event
from vector_store import Stamp


@dataclass(frozen=True, slots=True)
class DecodedEvent:
    """A message and the change that it says."""

    message: RawMessage
    change: ProductChange

    @property
    def stamp(self) -> Stamp:
        """Where the change stands among all of its product."""
        return Stamp.of_event(order=self.change.order, deleted=self.change.deleted, tie=self.change.tie)


@dataclass(frozen=True, slots=True)
class Undecodable:
    """A message that says nothing usable, for good.

    error_class, reason: what the dead letter will say; an unforeseen failure comes with its traceback.
    """

    message: RawMessage
    error_class: str
    reason: str


def decode(
    messages: Iterable[RawMessage], policy: EventPolicy
) -> tuple[list[DecodedEvent], list[Undecodable]]:
    """Decode each message by itself; one that cannot be decoded never harms another."""
    decoded: list[DecodedEvent] = []
    undecodable: list[Undecodable] = []
    for message in messages:
        try:
            decoded.append(DecodedEvent(message, decode_event(message, policy)))
        except EventError as error:
            undecodable.append(Undecodable(message, type(error).__name__, str(error)))
        except Exception:  # noqa: BLE001 - whatever a hostile message provokes, the events around it go on
            undecodable.append(Undecodable(message, "Unexpected", traceback.format_exc()))
    return decoded, undecodable
