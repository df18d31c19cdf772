import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from producer_examples.python.event_lines import (
    BadLine,
    LineEvent,
    LineOptions,
    read_events,
    with_absolute_images,
)
from product_events import InvalidProduct, OrderKind

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def read(*lines: object, options: LineOptions | None = None) -> list[LineEvent | BadLine]:
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return list(read_events(texts, options or LineOptions(), now=lambda: NOW))


def events(*lines: object, options: LineOptions | None = None) -> list[dict[str, Any]]:
    read_lines = read(*lines, options=options)
    assert all(isinstance(item, LineEvent) for item in read_lines), read_lines
    return [json.loads(item.message.value) for item in read_lines if isinstance(item, LineEvent)]


def test_product_data_becomes_an_event_of_the_chosen_type() -> None:
    """A line of product data is said now, under the type and the source of the options."""
    (event,) = events({"id": 1, "name": "x"}, options=LineOptions("product.updated", "/import"))
    assert (event["type"], event["source"], event["data"]) == (
        "product.updated",
        "/import",
        {"id": 1, "name": "x"},
    )
    assert event["time"] == "2026-11-25T12:00:00.000Z"


def test_a_whole_event_keeps_what_it_says() -> None:
    """A line that is a CloudEvent keeps its type, id, source, time and flag."""
    line = {
        "specversion": "1.0",
        "type": "product.deleted",
        "id": "e7",
        "source": "/shop",
        "time": "2026-11-01T00:00:00Z",
        "refetch": True,
        "data": {"id": "a"},
    }
    (event,) = events(line)
    assert (event["type"], event["id"], event["source"]) == ("product.deleted", "e7", "/shop")
    assert event["time"] == "2026-11-01T00:00:00.000Z"
    assert event["data"] == {"id": "a", "refetch": True}


def test_lines_are_counted_and_blank_ones_skipped() -> None:
    """Line numbers are those of the file."""
    assert [item.line for item in read({"id": 1}, b"\n", b"  \r\n", {"id": 2}, b"")] == [1, 4]


def test_two_lines_about_one_product_keep_their_order() -> None:
    """Within one millisecond the later line gets the later time; other products do not wait."""
    times = [event["time"][-7:] for event in events({"id": "a"}, {"id": "b"}, {"id": "a"}, {"id": "a"})]
    assert times == ["00.000Z", "00.000Z", "00.001Z", "00.002Z"]


def test_relative_image_urls_get_the_base() -> None:
    """Strings and objects alike; absolute, odd and data: URLs stay as they are."""
    images: list[Any] = [
        "images/a.jpg",
        {"url": "/b.jpg", "public_id": "b"},
        "https://x/c.jpg",
        "data:,",
        "http://[",
    ]
    expected: list[Any] = [
        "https://cdn.example/s/images/a.jpg",
        {"url": "https://cdn.example/b.jpg", "public_id": "b"},
        *images[2:],
    ]
    for base in ("https://cdn.example/s", "https://cdn.example/s/"):
        assert with_absolute_images({"id": 1, "images": images}, base)["images"] == expected
    with pytest.raises(InvalidProduct, match="relative"):
        with_absolute_images({"id": 1, "images": images}, None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"nope", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[1]", "InvalidProduct: the line is not a JSON object"),
        ({"name": "x"}, "MissingProductId"),
        ({"id": 1, "price": "free"}, "InvalidProduct: data.price"),
        ({"id": 1, "price": float("nan")}, "InvalidProduct"),
        ({"id": 1, "images": ["a.jpg"]}, "relative"),
        ({"specversion": "1.0", "type": "product.made", "data": {"id": 1}}, "UnknownEventType"),
        ({"specversion": "1.0", "type": "product.created"}, "InvalidProduct: data"),
        ({"specversion": "1.0", "type": "product.created", "time": "soon", "data": {"id": 1}}, "NotAnEvent"),
        (
            {
                "specversion": "1.0",
                "type": "product.created",
                "time": "2099-01-01T00:00:00Z",
                "data": {"id": 1},
            },
            "FutureEvent",
        ),
        ({"specversion": "1.0", "type": "product.created", "source": 7, "data": {"id": 1}}, "NotAnEvent"),
        ({"id": 1, "images": [f"https://x/{n}" for n in range(51)]}, "TooManyImages"),
    ],
)
def test_a_bad_line_is_told_in_one_line(line: object, reason: str) -> None:
    """What a consumer would refuse is found before it is sent, and the lines around it are read."""
    before, bad, after = read({"id": 1}, line, {"id": 2})
    assert isinstance(bad, BadLine)
    assert bad.line == 2
    assert reason in bad.reason
    assert "\n" not in bad.reason
    assert isinstance(before, LineEvent)
    assert isinstance(after, LineEvent)


def test_version_order_demands_versions() -> None:
    """Where the consumer orders by version, a line without one is bad."""
    options = LineOptions(order_kind=OrderKind.VERSION)
    good, bad = read({"id": 1, "version": 1}, {"id": 2}, options=options)
    assert isinstance(good, LineEvent)
    assert isinstance(bad, BadLine)
    assert "MissingOrder" in bad.reason


def test_a_line_larger_than_the_consumer_takes_is_bad() -> None:
    """What would be a dead letter is not sent in the first place."""
    good, bad = read({"id": 1}, {"id": 2, "name": "x" * 500}, options=LineOptions(max_bytes=500))
    assert isinstance(good, LineEvent)
    assert isinstance(bad, BadLine)
    assert "EventTooLarge" in bad.reason


def test_binary_mode_puts_the_data_into_the_value() -> None:
    """The mode of the options is that of the messages."""
    (event,) = read({"id": 1}, options=LineOptions(mode="binary"))
    assert isinstance(event, LineEvent)
    assert json.loads(event.message.value) == {"id": 1}


def test_the_clock_is_read_for_every_line() -> None:
    """A long file is not dated with the moment of its first line."""
    moments = iter(NOW + timedelta(seconds=n) for n in range(2))
    lines = [b'{"id": 1}', b'{"id": 2}']
    read_lines = list(read_events(lines, LineOptions(), now=lambda: next(moments)))
    times = [json.loads(item.message.value)["time"] for item in read_lines if isinstance(item, LineEvent)]
    assert times == ["2026-11-25T12:00:00.000Z", "2026-11-25T12:00:01.000Z"]
