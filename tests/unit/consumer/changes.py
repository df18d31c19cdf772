"""Events and records of one product, in the few words that a test needs."""

from collections.abc import Sequence

from consumer.steps.coalesce import ProductEvents, coalesce
from consumer.steps.decode import DecodedEvent
from product_events import Product, ProductChange, ProductImage, RawMessage
from vector_store import EventSource, ImageState, ImageStatus, ProductRecord, Stamp

NOON_MS = 1_790_000_000_000


def update(
    order: int,
    *images: str | ProductImage,
    tie: int = 0,
    refetch: bool = False,
    product_id: str = "p",
    offset: int = 0,
    price: float | None = None,
) -> DecodedEvent:
    """The product now has these images (URLs, which are their keys, or whole ones)."""
    product = Product.model_validate({"id": product_id, "images": images, "price": price})
    return _event(ProductChange(product_id, order, tie, False, NOON_MS, product, refetch), offset)


def delete(order: int, *, product_id: str = "p", offset: int = 0) -> DecodedEvent:
    """The product is gone."""
    return _event(ProductChange(product_id, order, 0, True, NOON_MS, None, False), offset)


def only(event: DecodedEvent) -> ProductEvents:
    """A batch of this event alone."""
    [events] = coalesce([event])
    return events


def record(order: int, *images: ImageState, tie: int = 0, attempt: int = 0) -> ProductRecord:
    """The record of a live product."""
    return ProductRecord(
        product_id="p",
        stamp=Stamp(2 * order, tie, attempt),
        images=images,
        product={"id": "p", "category": "shirt"},
        digest="0",
        event_time_ms=NOON_MS,
        indexed_time_ms=NOON_MS,
        source=EventSource("products", 0, 0),
    )


def indexed(url: str) -> ImageState:
    """An image that searches find."""
    return ImageState(url, url, ImageStatus.INDEXED)


def pending(url: str, *, tries: int = 1, first_failed_at_ms: int | None = NOON_MS) -> ImageState:
    """An image that is tried again."""
    return ImageState(
        url,
        url,
        ImageStatus.PENDING,
        reason="HttpUnavailable: 503",
        http_status=503,
        tries=tries,
        first_failed_at_ms=first_failed_at_ms,
        retry_at_ms=NOON_MS + 60_000,
    )


def keys(images: Sequence[ProductImage | ImageState]) -> list[str]:
    """Their keys, in order."""
    return [image.key for image in images]


def _event(change: ProductChange, offset: int) -> DecodedEvent:
    message = RawMessage("products", 0, offset, NOON_MS, change.product_id.encode(), b"{}")
    return DecodedEvent(message, change, message)
