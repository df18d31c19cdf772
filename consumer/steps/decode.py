"""Bytes become changes, or the reason why not."""

import traceback
from collections.abc import Iterable
from dataclasses import dataclass

from consumer.redrive.returned_messages import as_first_sent, asks_for_images
from product_events import EventError, EventPolicy, ProductChange, RawMessage, decode_event
from vector_store import Stamp


@dataclass(frozen=True, slots=True)
class DecodedEvent:
    """A message and the change that it says.

    message: as it was first sent. delivered: as it came just now, where that differs: a redriven message.
    images_again: whether it was redriven so that failed images of its state are tried again.
    """

    message: RawMessage
    change: ProductChange
    delivered: RawMessage
    images_again: bool = False

    @property
    def stamp(self) -> Stamp:
        """Where the change stands among all of its product."""
        return Stamp.of_event(order=self.change.order, deleted=self.change.deleted, tie=self.change.tie)


@dataclass(frozen=True, slots=True)
class Undecodable:
    """A message that says nothing usable, for good.

    message, delivered: as of a decoded event.
    error_class, reason: what the dead letter will say; an unforeseen failure comes with its traceback.
    """

    message: RawMessage
    error_class: str
    reason: str
    delivered: RawMessage


def decode(
    messages: Iterable[RawMessage], policy: EventPolicy, redrive_topic: str | None = None
) -> tuple[list[DecodedEvent], list[Undecodable]]:
    """Decode each message by itself; one that cannot be decoded never harms another.

    Messages of the redrive topic are taken as they were first sent.
    """
    decoded: list[DecodedEvent] = []
    undecodable: list[Undecodable] = []
    for delivered in messages:
        message = delivered
        try:
            redriven = delivered.topic == redrive_topic
            if redriven:
                message = as_first_sent(delivered)
            images_again = redriven and asks_for_images(delivered.headers)
            decoded.append(DecodedEvent(message, decode_event(message, policy), delivered, images_again))
        except EventError as error:
            undecodable.append(Undecodable(message, type(error).__name__, str(error), delivered))
        except Exception:  # noqa: BLE001 - whatever a hostile message provokes, the events around it go on
            undecodable.append(Undecodable(message, "Unexpected", traceback.format_exc(), delivered))
    return decoded, undecodable
