from datetime import UTC, datetime

import pytest

from images.answer import retry_after_seconds

_NOW = datetime(2026, 10, 21, 7, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0),
        (" 120 ", 120),
        ("604801", 604_800),
        ("9" * 12, 604_800),
        ("9" * 5_000, None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("", None),
        ("Wed, 21 Oct 2026 07:29:00 GMT", 60),
        ("Wed, 21 Oct 2026 07:29:00 -0000", 60),
        ("Wed, 21 Oct 2026 09:29:00 +0200", 60),
        ("Wednesday, 21-Oct-26 07:29:00 GMT", 60),
        ("Wed, 21 Oct 2020 07:28:00 GMT", 0),
        ("Wed, 21 Oct 9999 07:28:00 GMT", 604_800),
        ("Wed, 99 Oct 2026 07:28:00 GMT", None),
        ("Wed, 21 Oct 99999999999 07:28:00 GMT", None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_retry_after_is_seconds_from_now(value: str | None, seconds: float | None) -> None:
    """A number or a date, never negative, never more than a week, None for nonsense."""
    assert retry_after_seconds(value, _NOW) == seconds
