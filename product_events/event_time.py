"""RFC 3339 times, with the milliseconds that order events."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from product_events.errors import NotAnEvent

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def parse_time(text: Any) -> datetime:
    """Read a time with an offset from UTC. Raises NotAnEvent for anything else."""
    if not isinstance(text, str):
        raise NotAnEvent("time is not a string")
    try:
        time = datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise NotAnEvent(f"time is not an RFC 3339 time: {text[:50]!r}") from error
    if time.utcoffset() is None:
        raise NotAnEvent(f"time has no offset from UTC: {text[:50]!r}")
    return time


def milliseconds(time: datetime) -> int:
    """Return an aware time as milliseconds since 1970, rounded down; negative before."""
    return (time - _EPOCH) // _MILLISECOND


def format_time(time: datetime) -> str:
    """Write an aware time in UTC, to the millisecond."""
    return f"{time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
