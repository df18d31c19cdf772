import pytest

from consumer.dead_letters.letter_filter import LetterFilter, moment_ms
from consumer.dead_letters.stored_letters import read_letter
from tests.unit.consumer.letters import a_letter, delivered


@pytest.mark.parametrize(
    ("wanted", "takes"),
    [
        (LetterFilter(), True),
        (LetterFilter(reason="PRICE"), True),
        (LetterFilter(reason="image"), False),
        (LetterFilter(error_classes=frozenset({"InvalidProduct", "NotAnEvent"})), True),
        (LetterFilter(error_classes=frozenset({"NotAnEvent"})), False),
        (LetterFilter(product_id="p"), True),
        (LetterFilter(product_id="q"), False),
        (LetterFilter(since_ms=1_000), True),
        (LetterFilter(since_ms=1_001), False),
        (LetterFilter(until_ms=1_001), True),
        (LetterFilter(until_ms=1_000), False),
        (LetterFilter(reason="price", product_id="q"), False),
    ],
)
def test_all_that_is_given_must_hold(wanted: LetterFilter, takes: bool) -> None:
    """By reason, class, product and time; the end of the time is exclusive."""
    stored = read_letter(delivered(a_letter(), put_aside_ms=1_000))
    assert stored is not None
    assert wanted.takes(stored) is takes


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("2026-11-25", 1_795_564_800_000),
        ("2026-11-25T07:00", 1_795_590_000_000),
        ("2026-11-25T08:00:00+01:00", 1_795_590_000_000),
        ("2026-11-25T07:00:00Z", 1_795_590_000_000),
        ("30m", 10_000_000_000 - 1_800_000),
        ("2d", 10_000_000_000 - 172_800_000),
    ],
)
def test_a_moment_is_a_time_or_an_age(text: str, milliseconds: int) -> None:
    """UTC where the time does not say otherwise."""
    assert moment_ms(text, now_ms=10_000_000_000) == milliseconds


@pytest.mark.parametrize("text", ["", "yesterday", "5 parsecs", "-3h", "2026-13-01"])
def test_anything_else_is_refused(text: str) -> None:
    """With a line that says what would do."""
    with pytest.raises(ValueError, match="2h"):
        moment_ms(text, now_ms=0)
