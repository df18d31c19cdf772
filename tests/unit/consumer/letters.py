"""Dead letters as the topic delivers them, in the few words that a test needs."""

from dataclasses import replace

from consumer.dead_letters.letter import DeadLetter
from product_events import RawMessage

DEAD_LETTERS = "product.dead-letters"


def a_letter(offset: int = 0, **changed: object) -> DeadLetter:
    """The letter of an event that could not be used."""
    letter = DeadLetter(
        topic="products",
        partition=1,
        offset=offset,
        timestamp_ms=1_700_000_000_000,
        error_class="InvalidProduct",
        reason="data.price: not a number",
        attempts=1,
        retryable=False,
        generation="products-1f2e3d4c",
        service_version="0.1.0",
        key=b"p",
        value=b'{"data": {"id": "p"}}',
        headers=(("ce_type", b"x"), ("empty", b"")),
    )
    return replace(letter, **changed)  # type: ignore[arg-type]  # a test names fields with their types


def delivered(letter: DeadLetter, *, at: int = 0, put_aside_ms: int = 1_800_000_000_000) -> RawMessage:
    """The letter as a message of the dead-letter topic."""
    return RawMessage(
        DEAD_LETTERS, 0, at, put_aside_ms, letter.key, letter.value, tuple(letter.header_fields())
    )
