"""Several events of one product in a batch become one: the latest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consumer.steps.decode import DecodedEvent
from product_events import RawMessage


@dataclass(frozen=True, slots=True)
class ProductEvents:
    """All events of one product in a batch.

    latest: the one with the highest stamp; of equals the first.
    refetch: whether any of them asks for its images to be downloaded again.
    messages: every message, as delivered, that is dealt with once the latest is.
    images_again: whether the latest was redriven for the sake of its images.
    """

    latest: DecodedEvent
    refetch: bool
    messages: tuple[RawMessage, ...]
    images_again: bool = False


def coalesce(events: Iterable[DecodedEvent]) -> list[ProductEvents]:
    """Group by product, in the order in which the products first appear. Pure."""
    by_product: dict[str, list[DecodedEvent]] = {}
    for event in events:
        by_product.setdefault(event.change.product_id, []).append(event)
    return [_as_one(group) for group in by_product.values()]


def _as_one(group: Sequence[DecodedEvent]) -> ProductEvents:
    if len(group) == 1:
        [only] = group
        return ProductEvents(only, only.change.refetch, (only.delivered,), only.images_again)
    latest = max(group, key=lambda event: event.stamp)
    return ProductEvents(
        latest=latest,
        refetch=any(event.change.refetch for event in group),
        messages=tuple(event.delivered for event in group),
        images_again=any(event.images_again for event in group if event.stamp == latest.stamp),
    )
