"""What a shop asks about one product: can it be found, why not, and what happens next. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from vector_store import ImageState, ImageStatus, ProductRecord


class Found(StrEnum):
    """Whether searches can find a product."""

    YES = "yes"
    PARTLY = "partly"
    """By some of its images."""
    NO = "no"


@dataclass(frozen=True, slots=True)
class ImageReport:
    """One image.

    tries: fetches so far. next_try: in UTC, or None where none is planned. next: what happens next, in words.
    """

    key: str
    url: str
    status: ImageStatus
    reason: str | None
    http_status: int | None
    tries: int
    next_try: datetime | None
    next: str

    def to_json(self) -> dict[str, object]:
        """For one line of output."""
        return {
            "key": self.key,
            "url": self.url,
            "status": self.status.value,
            "reason": self.reason,
            "http_status": self.http_status,
            "tries": self.tries,
            "next_try": None if self.next_try is None else self.next_try.isoformat(),
            "next": self.next,
        }


@dataclass(frozen=True, slots=True)
class ProductReport:
    """One product as its record knows it. event_at, indexed_at: UTC. next: in words.

    order: its last event's, a time in milliseconds or a version. product: what that event said, without the
    images; None once deleted.
    """

    product_id: str
    state: str
    found: Found
    images: tuple[ImageReport, ...]
    next: str
    event_at: datetime
    indexed_at: datetime
    position: str
    order: int
    product: Mapping[str, object] | None

    def to_json(self) -> dict[str, object]:
        """For one line of output."""
        return {
            "product_id": self.product_id,
            "state": self.state,
            "found": self.found.value,
            "next": self.next,
            "event_at": self.event_at.isoformat(),
            "indexed_at": self.indexed_at.isoformat(),
            "position": self.position,
            "order": self.order,
            "product": None if self.product is None else dict(self.product),
            "images": [image.to_json() for image in self.images],
        }


def report_of(record: ProductRecord, *, now_ms: int, give_up_seconds: float) -> ProductReport:
    """What a record says, for people. now_ms: milliseconds since 1970."""
    images = tuple(
        _image_report(image, now_ms=now_ms, give_up_seconds=give_up_seconds) for image in record.images
    )
    indexed = sum(image.status is ImageStatus.INDEXED for image in images)
    found = (
        Found.NO if not record.live or not indexed else Found.YES if indexed == len(images) else Found.PARTLY
    )
    return ProductReport(
        product_id=record.product_id,
        state="live" if record.live else "deleted",
        found=found,
        images=images,
        next=_next_of_product(record, found),
        event_at=_utc(record.event_time_ms),
        indexed_at=_utc(record.indexed_time_ms),
        position=f"{record.source.topic}[{record.source.partition}]@{record.source.offset}",
        order=record.stamp.revision // 2,
        product=record.product,
    )


def has_trouble(record: ProductRecord) -> bool:
    """Whether a live product cannot be found by all that it should be."""
    return record.live and (
        not record.images or any(image.status is not ImageStatus.INDEXED for image in record.images)
    )


def _next_of_product(record: ProductRecord, found: Found) -> str:
    if not record.live:
        return "nothing: it was deleted"
    if found is Found.YES:
        return "nothing: all of its images are found"
    if not record.images:
        return "publish it with an image: its last event has none"
    statuses = {image.status for image in record.images}
    if ImageStatus.PENDING in statuses:
        return "its pending images are tried again by themselves, while a consumer runs"
    return "its failed images wait for somebody, see there"


def _image_report(image: ImageState, *, now_ms: int, give_up_seconds: float) -> ImageReport:
    pending = image.status is ImageStatus.PENDING and image.retry_at_ms is not None
    return ImageReport(
        key=image.key,
        url=image.url,
        status=image.status,
        reason=image.reason,
        http_status=image.http_status,
        tries=image.tries,
        next_try=_utc(image.retry_at_ms) if pending and image.retry_at_ms is not None else None,
        next=_next_of_image(image, now_ms=now_ms, give_up_seconds=give_up_seconds),
    )


def _next_of_image(image: ImageState, *, now_ms: int, give_up_seconds: float) -> str:
    match image.status:
        case ImageStatus.INDEXED:
            return "nothing: it is found"
        case ImageStatus.FAILED:
            return (
                "given up, with a dead letter: publish the product again once the image is right, "
                "or redrive the dead letter"
            )
        case ImageStatus.PENDING:
            due_in_seconds = ((image.retry_at_ms or 0) - now_ms) / 1000
            when = "now" if due_in_seconds <= 0 else f"in {_duration(due_in_seconds)}"
            if image.first_failed_at_ms is None:
                return f"tried again {when}"
            last = _utc(image.first_failed_at_ms + round(give_up_seconds * 1000))
            return f"tried again {when}; given up after {last:%Y-%m-%d %H:%M} UTC at the latest"


def _duration(seconds: float) -> str:
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
