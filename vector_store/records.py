"""The product record: the truth about one product in one generation."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from vector_store.errors import StoreCorrupt
from vector_store.identity import product_uuid
from vector_store.points import KIND_RECORD, Payload, Point
from vector_store.stamp import Stamp
from vector_store.typed_fields import optional_field, typed_field

STATE_LIVE = "live"
STATE_DELETED = "deleted"


class ImageStatus(StrEnum):
    """What has become of one image of a product."""

    INDEXED = "indexed"
    PENDING = "pending"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ImageState:
    """One image of a product as its record knows it.

    key: the image key: tells this image from every other of the product.
    url: as the shop wrote it, byte for byte (a `data:` URL whole).
    reason, http_status: why it is pending or has failed.
    tries, first_failed_at_ms, retry_at_ms: of a pending image: fetches so far, when the first of them
        failed, and when the next is due (milliseconds since 1970).
    """

    key: str
    url: str
    status: ImageStatus
    public_id: str | None = None
    version: str | None = None
    reason: str | None = None
    http_status: int | None = None
    tries: int = 0
    first_failed_at_ms: int | None = None
    retry_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class EventSource:
    """Where in the log the state's event stands."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """One product's state: its stamp, its images, and what the shop said of it.

    product: the event's product without its images (they are in `images`); None once deleted.
    digest: hash of the event's content, to compare an index with a shop's database.
    """

    product_id: str
    stamp: Stamp
    images: tuple[ImageState, ...]
    product: Mapping[str, object] | None
    digest: str
    event_time_ms: int
    indexed_time_ms: int
    source: EventSource

    @property
    def live(self) -> bool:
        """Whether the product is for sale, as far as the log says."""
        return not self.stamp.deleted

    @property
    def id(self) -> str:
        """The id of the record's point."""
        return product_uuid(self.product_id)

    @property
    def retry_at_ms(self) -> int | None:
        """When the first of the pending images is due, or None where nothing is pending."""
        pending = (image for image in self.images if image.status is ImageStatus.PENDING)
        return min((image.retry_at_ms for image in pending if image.retry_at_ms is not None), default=None)

    @property
    def indexed_keys(self) -> tuple[str, ...]:
        """Of the images that a search may find, in the product's order."""
        return tuple(image.key for image in self.images if image.status is ImageStatus.INDEXED)

    def lists_as_indexed(self, image_key: str) -> bool:
        """Whether a search hit on this image counts."""
        return self.live and image_key in self.indexed_keys

    def to_point(self) -> Point:
        """The record as a point without a vector."""
        payload: dict[str, object] = {
            "kind": KIND_RECORD,
            "product_id": self.product_id,
            "revision": self.stamp.revision,
            "tie": self.stamp.tie,
            "attempt": self.stamp.attempt,
            "state": STATE_LIVE if self.live else STATE_DELETED,
            "images": [_image_to_payload(image) for image in self.images],
            "digest": self.digest,
            "event_time_ms": self.event_time_ms,
            "indexed_time_ms": self.indexed_time_ms,
            "source": {
                "topic": self.source.topic,
                "partition": self.source.partition,
                "offset": self.source.offset,
            },
        }
        if self.product is not None:
            payload["data"] = dict(self.product)
        if self.retry_at_ms is not None:
            payload["retry_at"] = self.retry_at_ms
        return Point(id=self.id, payload=payload)

    @classmethod
    def from_payload(cls, payload: Payload) -> "ProductRecord":
        """The record that `to_point` wrote.

        Raises StoreCorrupt where the payload is of another shape.
        """
        try:
            source = typed_field(payload, "source", dict)
            return cls(
                product_id=typed_field(payload, "product_id", str),
                stamp=Stamp(*(typed_field(payload, part, int) for part in ("revision", "tie", "attempt"))),
                images=tuple(_image_from_payload(image) for image in typed_field(payload, "images", list)),
                product=optional_field(payload, "data", dict),
                digest=typed_field(payload, "digest", str),
                event_time_ms=typed_field(payload, "event_time_ms", int),
                indexed_time_ms=typed_field(payload, "indexed_time_ms", int),
                source=EventSource(
                    topic=typed_field(source, "topic", str),
                    partition=typed_field(source, "partition", int),
                    offset=typed_field(source, "offset", int),
                ),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise StoreCorrupt(f"a product record is not readable: {type(error).__name__} {error}") from error


_FIELDS_OF_EVERY_IMAGE = 3
_OPTIONAL_IMAGE_FIELDS: Mapping[str, type] = {
    "public_id": str,
    "version": str,
    "reason": str,
    "http_status": int,
    "first_failed_at_ms": int,
    "retry_at_ms": int,
}


def _image_to_payload(image: ImageState) -> dict[str, object]:
    payload: dict[str, object] = {"key": image.key, "url": image.url, "status": image.status.value}
    if image.tries:
        payload["tries"] = image.tries
    for name in _OPTIONAL_IMAGE_FIELDS:
        if (value := getattr(image, name)) is not None:
            payload[name] = value
    return payload


def _image_from_payload(payload: object) -> ImageState:
    if not isinstance(payload, Mapping):
        raise TypeError(f"an image is {str(payload)[:100]!r}")
    key = typed_field(payload, "key", str)
    url = typed_field(payload, "url", str)
    status = ImageStatus(typed_field(payload, "status", str))
    # Most images have no more than that, and every search and every event reads some.
    if len(payload) == _FIELDS_OF_EVERY_IMAGE:
        return ImageState(key, url, status)
    return ImageState(
        key,
        url,
        status,
        tries=optional_field(payload, "tries", int) or 0,
        **{
            name: optional_field(payload, name, kind)
            for name, kind in _OPTIONAL_IMAGE_FIELDS.items()
            if name in payload
        },
    )
