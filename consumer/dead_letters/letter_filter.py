"""Which dead letters somebody asks for."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from consumer.dead_letters.stored_letters import StoredLetter

_AGO = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """All that is given must hold; what is not given is not asked.

    reason: part of the reason, in any case. error_classes: one of these. product_id: the product's.
    since_ms, until_ms: when the letter was put aside, milliseconds since 1970; until is exclusive.
    """

    reason: str | None = None
    error_classes: frozenset[str] = frozenset()
    product_id: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None

    @property
    def takes_everything(self) -> bool:
        """Whether nothing is asked."""
        return self == LetterFilter()

    def takes(self, stored: StoredLetter) -> bool:
        """Whether it is one of those."""
        letter = stored.letter
        return (
            (self.since_ms is None or stored.put_aside_ms >= self.since_ms)
            and (self.until_ms is None or stored.put_aside_ms < self.until_ms)
            and (not self.error_classes or letter.error_class in self.error_classes)
            and (self.reason is None or self.reason.casefold() in letter.reason.casefold())
            and (self.product_id is None or self.product_id in stored.product_ids)
        )


def moment_ms(text: str, *, now_ms: int) -> int:
    """A moment as people write it: ISO 8601 (UTC where nothing else is said), or how long ago (30m, 2h, 7d).

    Milliseconds since 1970. Raises ValueError.
    """
    ago = _AGO.fullmatch(text.strip())
    if ago is not None:
        return now_ms - round(timedelta(**{_UNITS[ago[2]]: int(ago[1])}).total_seconds() * 1000)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError("neither a time like 2026-11-25T07:00 nor an age like 30m, 2h or 7d") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)
