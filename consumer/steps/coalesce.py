"""Several events of one product in a batch become one: the latest."""

from collections.abc import Iterable
from dataclasses import dataclass

from consumer.steps.decode import DecodedEvent
from product_events import RawMessage


@dataclass(frozen=True, slots=True)
class ProductEvents:
    """All events of one product in a batch.

    latest: the one with the highest stamp; of equals the first.
    refetch: whether any of them asks for its images to be downloaded again.
    messages: every message, as delivered, that is dealt with once the latest is.
    """

    latest: DecodedEvent
    refetch: bool
    messages: tuple[RawMessage, ...]


def coalesce(events: Iterable[DecodedEvent]) -> list[ProductEvents]:
    """Group by product, in the order in which the products first appear. Pure."""
    by_product: dict[str, list[DecodedEvent]] = {}
    for event in events:
        by_product.setdefault(event.change.product_id, []).append(event)
    return [
        ProductEvents(
            latest=max(group, key=lambda event: event.stamp),
            refetch=any(event.change.refetch for event in group),
            messages=tuple(event.delivered for event in group),
        )
        for group in by_product.values()
    ]
