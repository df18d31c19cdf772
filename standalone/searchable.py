"""How much of the catalogue searches can see, and waiting until it is all."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from vector_store import ImageStatus, ProductIndex


@dataclass(frozen=True, slots=True)
class Searchable:
    """A count of products and their images.

    settled: products whose event has arrived and of which no image is still to come.
    products: those of the settled that are for sale, and not deleted meanwhile.
    images, failed, pending: images that searches find, that never will be found, that are tried again later.
    """

    settled: int = 0
    products: int = 0
    images: int = 0
    failed: int = 0
    pending: int = 0

    @property
    def settled_images(self) -> int:
        """Images of which there is nothing more to expect."""
        return self.images + self.failed


class Waiting(Protocol):
    """How time passes between two looks."""

    def monotonic(self) -> float:
        """Seconds."""
        ...

    def pause(self) -> None:
        """A moment. Raises what makes further waiting useless."""
        ...


def look(index: ProductIndex, product_ids: Collection[str], *, since_ms: int) -> Searchable:
    """Count what has become of these products' events of this time or later. Blocks for one look-up."""
    settled = products = images = failed = pending = 0
    for record in index.records(product_ids).values():
        if record.event_time_ms < since_ms:
            continue
        statuses = [image.status for image in record.images]
        images += statuses.count(ImageStatus.INDEXED)
        failed += statuses.count(ImageStatus.FAILED)
        still_to_come = statuses.count(ImageStatus.PENDING)
        pending += still_to_come
        settled += not still_to_come
        products += record.live and not still_to_come
    return Searchable(settled, products, images, failed, pending)


def count_indexed(index: ProductIndex, product_ids: Collection[str], urls: Collection[str]) -> int:
    """How many images of these products with these URLs are indexed. Blocks for one look-up."""
    return sum(
        image.status is ImageStatus.INDEXED and image.url in urls
        for record in index.records(product_ids).values()
        for image in record.images
    )


def searchable_ids(index: ProductIndex, product_ids: Collection[str]) -> frozenset[str]:
    """Those of the products that a search can find. Blocks for one look-up."""
    return frozenset(
        product_id
        for product_id, record in index.records(product_ids).items()
        if record.live and any(image.status is ImageStatus.INDEXED for image in record.images)
    )


def wait_until_searchable(
    look_again: Callable[[], Searchable],
    *,
    products: int,
    stall_seconds: float,
    waiting: Waiting,
    on_progress: Callable[[Searchable], None],
) -> Searchable:
    """Look until all products are settled, or until nothing has changed for `stall_seconds`.

    Returns what was seen last; fewer settled products than asked for means that it has stalled.
    """
    seen = look_again()
    on_progress(seen)
    changed_at = waiting.monotonic()
    while seen.settled < products and waiting.monotonic() - changed_at < stall_seconds:
        waiting.pause()
        now = look_again()
        if now != seen:
            seen, changed_at = now, waiting.monotonic()
            on_progress(seen)
    return seen
