"""What this room itself says no to.

SearchApiError
├── RequestError           the asker's turn: the request has to change
│   ├── InvalidRequest     a field is missing, of the wrong type, or out of bounds
│   ├── UnsupportedBody    a content type that no query comes in
│   ├── KeyNeeded          no API key, or none that is known
│   ├── ScopeMissing       a known key that does not open this
│   ├── WritesOff          no key for writing is configured
│   ├── UploadsOff         photos are not kept in events here
│   ├── QueryIdOutdated    of another model, or of another version of this service
│   ├── ProductUnknown     never heard of, or deleted
│   ├── ImageUnknown       the product has no such image
│   ├── EventTooBig        the product's event has more bytes than Kafka or the consumer takes
│   └── NothingIndexed     the product has no image that could be compared yet, or any more
├── NotReady               may pass without the asker's doing
│   ├── NoGeneration       no index has been built yet
│   ├── ModelLoading       the generation's model is being read
│   └── ModelMissing       the generation's model is not on this machine
├── NotWritten             a change of a product that is not in the log, or not surely
│   ├── NotPublished       Kafka has not confirmed it in time
│   ├── TooManyWrites      as many are under way as this process takes on
│   ├── IndexBehind        too much is published that the index has not read yet
│   ├── OrderAhead         the product's last event is dated ahead of the clock here
│   └── OrderKindDiffers   the index is ordered by another thing than the events here
├── TooBusy                as many photos as this process takes on are there already
│   ├── LineFull           no place, and none left in the line
│   └── WaitedTooLong      no place became free in time
├── CannotListen           the address is taken, or not this machine's
└── Misconfigured          a setting that nothing can be made of
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a request; `field` is a path such as `filters.price.gte`."""

    field: str
    detail: str


class SearchApiError(Exception):
    """Any refusal of this room; its text is one line for people."""


class RequestError(SearchApiError):
    """The request can never succeed as it is."""


class InvalidRequest(RequestError):
    """Fields of the request are wrong; `fields` says which, and why."""

    def __init__(self, *fields: FieldError) -> None:
        self.fields = fields
        super().__init__("; ".join(f"{each.field}: {each.detail}" for each in fields))

    @classmethod
    def of(cls, field: str, detail: str) -> "InvalidRequest":
        """The error of one field."""
        return cls(FieldError(field, detail))


class UnsupportedBody(RequestError):
    """The body's content type is none that is read."""


class KeyNeeded(RequestError):
    """No API key, or an unknown one."""


class ScopeMissing(RequestError):
    """The key is known, and does not open this."""


class WritesOff(RequestError):
    """The endpoints that write are off: no API key opens them."""


class UploadsOff(RequestError):
    """An uploaded photo cannot be kept: events carry no images here."""


class QueryIdOutdated(RequestError):
    """The query id was good once: what it holds cannot be compared any more."""


class ProductUnknown(RequestError):
    """There is no such product, or there no longer is."""


class ImageUnknown(RequestError):
    """The product has no image of this name or URL."""


class EventTooBig(RequestError):
    """With this change, the product's event would have too many bytes."""


class NothingIndexed(RequestError):
    """None of the product's images is indexed."""


class NotReady(SearchApiError):
    """Nothing is wrong with the request; it cannot be answered now."""


class NoGeneration(NotReady):
    """No generation is promoted yet."""


class ModelLoading(NotReady):
    """The model of the promoted generation is being read."""


class ModelMissing(NotReady):
    """No file of the promoted generation's model can be served on this machine."""


class NotWritten(SearchApiError):
    """A product's change was not published, or nobody knows; the same call may be made again."""


class NotPublished(NotWritten):
    """Kafka has not confirmed the event in time."""


class TooManyWrites(NotWritten):
    """As many changes are under way as this process takes on, or another one of the same product."""


class IndexBehind(NotWritten):
    """What was published and is not in the index yet fills the memory that is kept for it."""


class OrderAhead(NotWritten):
    """The product's last event is dated so far ahead that the next one would be refused."""


class OrderKindDiffers(NotWritten):
    """The index is ordered by times and the events here by versions, or the other way round."""


class TooBusy(SearchApiError):
    """As many are being served as this process takes on; the same request may succeed in a moment."""


class LineFull(TooBusy):
    """No place is free, and as many wait as may wait."""


class WaitedTooLong(TooBusy):
    """No place became free in time."""


class CannotListen(SearchApiError):
    """The address cannot be listened on."""


class Misconfigured(SearchApiError):
    """A setting that nothing can be made of."""
