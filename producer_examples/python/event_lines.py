"""Lines of JSON become events: each line a product's data, or a whole CloudEvent."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from product_events import (
    MAX_EVENT_BYTES,
    EncodedEvent,
    EventError,
    EventPolicy,
    EventType,
    InvalidProduct,
    OrderKind,
    RawMessage,
    decode_event,
    encode_event,
)
from product_events.encode import Mode
from product_events.event_time import milliseconds, parse_time

_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class LineOptions:
    """How lines are read.

    `event_type` is for lines that are product data; a whole CloudEvent has its own. `image_base_url` goes in
    front of relative image URLs. `order_kind` is what the consumer orders by, `max_bytes` what it takes of an
    event: lines without the one or with more of the other are bad.
    """

    event_type: str = EventType.CREATED
    source: str = "/publish"
    image_base_url: str | None = None
    mode: Mode = "structured"
    order_kind: OrderKind = OrderKind.TIME
    max_bytes: int = MAX_EVENT_BYTES


@dataclass(frozen=True, slots=True)
class LineEvent:
    """The event of one line, ready to be sent."""

    line: int
    event_type: str
    product_id: str
    message: EncodedEvent


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no event, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What a line says, whichever way. Without a time it is said now."""

    data: dict[str, Any]
    event_type: str
    source: str
    time: datetime | None = None
    event_id: str | None = None


def read_events(
    lines: Iterable[bytes],
    options: LineOptions,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[LineEvent | BadLine]:
    """Yield what each line that is not blank holds, counted from 1.

    Every event is one that a consumer with its defaults would take. Two lines about one product get times
    that keep their order, even within a millisecond.
    """
    last_times: dict[str, datetime] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _read(number, line, options, now(), last_times)
        except EventError as error:
            yield BadLine(number, f"{type(error).__name__}: {error}")
        except (ValueError, RecursionError) as error:
            yield BadLine(number, f"no JSON: {' '.join(str(error).split())}")


def with_absolute_images(data: dict[str, Any], base_url: str | None) -> dict[str, Any]:
    """Return the data with `base_url` in front of its relative image URLs.

    Raises InvalidProduct for a relative URL where there is no base.
    """
    images = data.get("images")
    if not isinstance(images, list):
        return data
    return {**data, "images": [_absolute(image, base_url) for image in images]}


def _read(
    number: int, line: bytes, options: LineOptions, now: datetime, last_times: dict[str, datetime]
) -> LineEvent:
    content = json.loads(line)
    if not isinstance(content, dict):
        raise InvalidProduct("the line is not a JSON object")
    said = (
        _of_event(content, options)
        if "specversion" in content
        else _Said(content, options.event_type, options.source)
    )
    data = with_absolute_images(said.data, options.image_base_url)
    moment = said.time or _after(last_times.get(str(data.get("id"))), now)
    message = encode_event(
        said.event_type, data, source=said.source, time=moment, event_id=said.event_id, mode=options.mode
    )
    raw = RawMessage("", 0, 0, milliseconds(now), message.key, message.value, message.headers)
    change = decode_event(raw, EventPolicy(options.order_kind, max_bytes=options.max_bytes))
    if said.time is None:
        last_times[change.product_id] = moment
    return LineEvent(number, said.event_type, change.product_id, message)


def _of_event(event: dict[str, Any], options: LineOptions) -> _Said:
    data, time = event.get("data"), event.get("time")
    if not isinstance(data, dict):
        raise InvalidProduct("data is not a JSON object")
    return _Said(
        data if event.get("refetch") is None else {**data, "refetch": event["refetch"]},
        str(event.get("type", "")),
        event.get("source") or options.source,
        None if time is None else parse_time(time),
        event.get("id"),
    )


def _after(last: datetime | None, now: datetime) -> datetime:
    return now if last is None else max(now, last + _MILLISECOND)


def _absolute(image: Any, base_url: str | None) -> Any:
    if isinstance(image, str):
        return _join(base_url, image)
    if isinstance(image, dict) and isinstance(image.get("url"), str):
        return {**image, "url": _join(base_url, image["url"])}
    return image


def _join(base_url: str | None, url: str) -> str:
    try:
        relative = not urlsplit(url).scheme
    except ValueError:
        return url
    if not relative:
        return url
    if base_url is None:
        raise InvalidProduct(f"the image URL {url[:100]!r} is relative, and there is no base URL")
    return urljoin(f"{base_url.rstrip('/')}/", url)
