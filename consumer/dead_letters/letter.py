"""What is put aside, with all that is needed to understand it and to bring it back."""

from dataclasses import dataclass, field

from consumer.steps.decode import Undecodable
from product_events import RawMessage
from vector_store import ImageState, ProductRecord

_LONGEST_REASON_BYTES = 8_000
_LONGEST_URL_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One event, or one image of one event, that cannot be used.

    key, value, headers: as they were; None and empty where only the position is known any more.
    image_url, http_status: of a dead letter for one image.
    attempts: how often it was tried. retryable: whether trying again later may help.
    omitted_value_bytes: of a letter that only refers to its message, which is too large to carry, its size.
    """

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    error_class: str
    reason: str
    attempts: int
    retryable: bool
    generation: str
    service_version: str
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    image_url: str | None = None
    http_status: int | None = None
    omitted_value_bytes: int | None = None

    def header_fields(self) -> list[tuple[str, bytes]]:
        """Everything but key and value as Kafka headers; the original's own keep their names."""
        fields: dict[str, str] = {
            "dl_topic": self.topic,
            "dl_partition": str(self.partition),
            "dl_offset": str(self.offset),
            "dl_timestamp_ms": str(self.timestamp_ms),
            "dl_error_class": self.error_class,
            "dl_reason": self.reason,
            "dl_attempts": str(self.attempts),
            "dl_retryable": "true" if self.retryable else "false",
            "dl_generation": self.generation,
            "dl_service_version": self.service_version,
        }
        if self.image_url is not None:
            fields["dl_image_url"] = self.image_url
        if self.http_status is not None:
            fields["dl_image_status"] = str(self.http_status)
        if self.omitted_value_bytes is not None:
            fields["dl_value_omitted_bytes"] = str(self.omitted_value_bytes)
        own = [
            (name, text.encode("utf-8", "replace")[:_LONGEST_REASON_BYTES]) for name, text in fields.items()
        ]
        return [(name, value if value is not None else b"") for name, value in self.headers] + own


@dataclass(frozen=True, slots=True)
class DeadLetterWriter:
    """Makes dead letters of one generation, by one version of the service."""

    generation: str
    service_version: str = field(default="unknown")

    def of_event(self, undecodable: Undecodable) -> DeadLetter:
        """An event that cannot be decoded."""
        return self.of_message(
            undecodable.message, error_class=undecodable.error_class, reason=undecodable.reason
        )

    def of_message(self, message: RawMessage, *, error_class: str, reason: str) -> DeadLetter:
        """A message that cannot be used, whole."""
        return DeadLetter(
            topic=message.topic,
            partition=message.partition,
            offset=message.offset,
            timestamp_ms=message.timestamp_ms,
            error_class=error_class,
            reason=reason,
            attempts=1,
            retryable=False,
            generation=self.generation,
            service_version=self.service_version,
            key=message.key,
            value=message.value,
            headers=message.headers,
        )

    def of_state(self, record: ProductRecord, error: Exception, message: RawMessage | None) -> DeadLetter:
        """A state that the index refuses for good; `message` is its event where it is still at hand."""
        return self._of_record(record, error, message)

    def of_image(
        self, image: ImageState, record: ProductRecord, error: Exception, message: RawMessage | None
    ) -> DeadLetter:
        """An image that has failed for good; `message` is its event where it is still at hand."""
        return self._of_record(record, error, message, image)

    def _of_record(
        self,
        record: ProductRecord,
        error: Exception,
        message: RawMessage | None,
        image: ImageState | None = None,
    ) -> DeadLetter:
        return DeadLetter(
            topic=record.source.topic,
            partition=record.source.partition,
            offset=record.source.offset,
            timestamp_ms=record.event_time_ms if message is None else message.timestamp_ms,
            error_class=type(error).__name__,
            reason=str(error),
            attempts=1 if image is None else max(image.tries, 1),
            retryable=False,
            generation=self.generation,
            service_version=self.service_version,
            key=record.product_id.encode() if message is None else message.key,
            value=None if message is None else message.value,
            headers=() if message is None else message.headers,
            image_url=None if image is None else image.url[:_LONGEST_URL_CHARS],
            http_status=None if image is None else image.http_status,
        )
