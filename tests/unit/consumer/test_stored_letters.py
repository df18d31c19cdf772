import pytest

from consumer.dead_letters.stored_letters import StoredLetter, read_letter
from consumer.dead_letters.topic import by_reference
from consumer.kafka.log_position import LogPosition
from consumer.redrive.returned_messages import COUNT_HEADER
from product_events import RawMessage
from tests.unit.consumer.letters import DEAD_LETTERS, a_letter, delivered


def stored(*args: object, **changed: object) -> StoredLetter:
    found = read_letter(delivered(a_letter(*args, **changed)))  # type: ignore[arg-type]  # passed on as they are
    assert found is not None
    return found


@pytest.mark.parametrize(
    "letter",
    [
        a_letter(),
        a_letter(image_url="https://host/é.jpg", http_status=404, retryable=True),
        a_letter(key=None, value=None, headers=()),
        by_reference(a_letter(value=b"x" * 2_000_000)),
    ],
)
def test_a_letter_is_read_as_it_was_written(letter: object) -> None:
    """Every field comes back from the headers, and the original's own headers beside them."""
    found = read_letter(delivered(letter, at=7))  # type: ignore[arg-type]  # each is a letter
    assert found is not None
    assert found.letter == letter
    assert found.position == LogPosition(DEAD_LETTERS, 0, 7)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("dl_topic", b"products"),),
        (("dl_topic", b"products"), ("dl_partition", b"x"), ("dl_offset", b"1")),
        tuple((n, b"\x1b[2J" if n == "dl_topic" else v) for n, v in a_letter().header_fields()),
        tuple((n, None if n == "dl_offset" else v) for n, v in a_letter().header_fields()),
    ],
)
def test_what_is_no_letter_is_told_apart(headers: tuple[tuple[str, bytes | None], ...]) -> None:
    """A message that somebody else put on the topic is none, whatever its headers look like."""
    assert read_letter(RawMessage(DEAD_LETTERS, 0, 0, 0, b"k", b"v", headers)) is None


def test_a_shops_headers_cannot_pass_for_ours() -> None:
    """An event with headers named as ours are is still read by what the consumer wrote after them."""
    forged = (("dl_topic", b"evil"), ("dl_image_url", b"evil"), ("dl_value_omitted_bytes", b"1"))
    found = stored(headers=forged)
    assert (found.letter.topic, found.letter.image_url, found.letter.omitted_value_bytes) == (
        "products",
        None,
        None,
    )
    assert found.letter.headers == forged


def test_a_letter_by_reference_is_small_whatever_the_message_was() -> None:
    """A long key, long headers and a forged count are left out; a count is kept."""
    long = b"9" * 900_000
    small = by_reference(a_letter(key=long, value=long, headers=((COUNT_HEADER, long), ("other", long))))
    assert (small.key, small.value, small.headers, small.omitted_value_bytes) == (None, None, (), 900_000)
    counted = by_reference(a_letter(headers=(("other", long), (COUNT_HEADER, b"2"))))
    assert (counted.key, counted.headers) == (b"p", ((COUNT_HEADER, b"2"),))


@pytest.mark.parametrize(
    ("changed", "carries"),
    [
        ({}, True),
        ({"value": b""}, True),
        ({"value": None, "error_class": "MissingOrder"}, True),
        ({"value": None, "error_class": "Unexpected"}, True),
        ({"value": None, "image_url": "https://host/a.jpg", "error_class": "HttpMissing"}, False),
        ({"value": None, "error_class": "InvalidPayload"}, False),
        ({"value": None, "error_class": "EventTooLarge", "omitted_value_bytes": 9}, False),
    ],
)
def test_only_an_event_put_aside_by_decoding_is_a_tombstone(
    changed: dict[str, object], carries: bool
) -> None:
    """A letter without a value must not be redriven as a delete where the value was merely not at hand."""
    assert stored(**changed).carries_its_message is carries


@pytest.mark.parametrize(
    ("key", "value", "ids"),
    [
        (b"p", b'{"data": {"id": "q"}}', {"p", "q"}),
        (None, b'{"id": 5}', {"5"}),
        (b"\xff", b"\xff", {"\ufffd"}),
        (None, b'{"data": [1]}', set()),
        (b"p", b"[" * 3_000, {"p"}),
        (None, None, set()),
    ],
)
def test_it_is_found_by_its_key_and_by_what_the_event_says(
    key: bytes | None, value: bytes | None, ids: set[str]
) -> None:
    """Both name the product, where they can be read."""
    assert stored(key=key, value=value).product_ids == ids
