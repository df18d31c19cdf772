from dataclasses import replace

import pytest

from consumer.image_retry import RetryPolicy, after_failure, after_success
from images.errors import (
    CloudinaryError,
    FetchTimedOut,
    ForbiddenHost,
    HostBusy,
    HostUnreachable,
    HttpMissing,
    HttpUnavailable,
    NotAnImage,
)
from tests.unit.consumer.changes import NOON_MS, pending
from vector_store import ImageState, ImageStatus

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_NEW = ImageState("a", "https://x.example/a.jpg", ImageStatus.PENDING, public_id="n", version="3")
_DOWN = HttpUnavailable("answered 503", status=503)


def _after(
    error: Exception,
    *,
    image: ImageState = _NEW,
    seconds_since_noon: float = 0,
    event_age_seconds: float = 0,
    policy: RetryPolicy | None = None,
) -> ImageState:
    now_ms = NOON_MS + round(seconds_since_noon * 1000)
    return after_failure(
        image,
        error,
        event_time_ms=now_ms - round(event_age_seconds * 1000),
        now_ms=now_ms,
        policy=policy or RetryPolicy(),
    )


def _waits_seconds(image: ImageState, seconds_since_noon: float = 0) -> float:
    assert image.retry_at_ms is not None
    return (image.retry_at_ms - NOON_MS) / 1000 - seconds_since_noon


def test_the_waits_grow_to_a_day_until_a_week_is_over() -> None:
    """Tried again after 1, 5 and 30 minutes, 2, 6 and 12 hours, then daily; after 7 days given up."""
    image, seconds, waits = _after(_DOWN), 0.0, list[float]()
    while image.status is ImageStatus.PENDING and len(waits) < 20:
        waits.append(_waits_seconds(image, seconds))
        seconds += waits[-1]
        image = _after(_DOWN, image=image, seconds_since_noon=seconds)
    growing = [_MINUTE, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 6 * _HOUR, 12 * _HOUR]
    assert waits[:6] == growing
    assert waits[6:-1] == [_DAY] * 6
    assert seconds == 7 * _DAY
    assert (image.status, image.retry_at_ms, image.tries) == (ImageStatus.FAILED, None, len(waits) + 1)


@pytest.mark.parametrize(
    "error", [_DOWN, FetchTimedOut("slow"), HostUnreachable("refused"), HostBusy("busy")]
)
def test_what_may_pass_is_pending(error: Exception) -> None:
    """Time-outs, broken connections and answers that say "not now" are tried again, however old the event."""
    image = _after(error, event_age_seconds=400 * _DAY)
    assert (image.status, _waits_seconds(image)) == (ImageStatus.PENDING, _MINUTE)


def test_a_pending_image_says_why() -> None:
    """The reason, the status and the times are kept for people; name, version and URL stay."""
    image = _after(_DOWN)
    assert image == replace(
        _NEW,
        reason="HttpUnavailable: answered 503",
        http_status=503,
        tries=1,
        first_failed_at_ms=NOON_MS,
        retry_at_ms=NOON_MS + 60_000,
    )


@pytest.mark.parametrize("asked_seconds", [90.0, 3 * _DAY])
def test_a_host_that_asks_for_more_time_gets_it(asked_seconds: float) -> None:
    """Retry-After is honoured where it is longer than our own wait."""
    error = HttpUnavailable("429", status=429, retry_after_seconds=asked_seconds)
    assert _waits_seconds(_after(error)) == asked_seconds


def test_a_host_that_asks_for_less_time_waits_for_our_turn() -> None:
    """A short Retry-After does not shorten the wait."""
    error = HttpUnavailable("429", status=429, retry_after_seconds=1)
    assert _waits_seconds(_after(error)) == _MINUTE


def test_the_last_try_is_made_while_it_counts() -> None:
    """However long a host asks us to wait, an image gets a try at the end of its week."""
    error = HttpUnavailable("503", status=503, retry_after_seconds=400 * _DAY)
    assert _waits_seconds(_after(error)) == 7 * _DAY


@pytest.mark.parametrize("error", [HttpMissing("404", status=404), CloudinaryError("gone", status=200)])
@pytest.mark.parametrize(
    ("event_age_seconds", "status"),
    [(0, "pending"), (_DAY - 1, "pending"), (_DAY, "failed"), (400 * _DAY, "failed")],
)
def test_what_is_not_there_may_come_within_a_day_of_the_event(
    error: Exception, event_age_seconds: float, status: str
) -> None:
    """A picture that is uploaded after its event is waited for; one of long ago is not."""
    assert _after(error, event_age_seconds=event_age_seconds).status == status


@pytest.mark.parametrize(
    "error", [NotAnImage("no image"), ForbiddenHost("no"), ValueError("the model gave nonsense")]
)
def test_everything_else_has_failed_for_good(error: Exception) -> None:
    """The same bytes or URL would fail again, and so would the model: no further try."""
    image = _after(error)
    assert (image.status, image.retry_at_ms, image.http_status) == (ImageStatus.FAILED, None, None)
    assert image.reason == f"{type(error).__name__}: {error}"


def test_a_failure_for_good_ends_the_waiting() -> None:
    """A pending image that turns out to be no image is not tried again."""
    image = _after(NotAnImage("no image"), image=pending("a", tries=3), seconds_since_noon=60)
    assert (image.status, image.tries, image.first_failed_at_ms) == (ImageStatus.FAILED, 4, NOON_MS)


def test_a_host_that_was_not_asked_has_not_been_tried() -> None:
    """An image put off because its host is busy keeps its number of tries, and so its wait."""
    image = _after(HostBusy("busy"), image=pending("a", tries=2), seconds_since_noon=60)
    assert (image.status, image.tries) == (ImageStatus.PENDING, 2)
    assert _waits_seconds(image, 60) == 5 * _MINUTE


def test_the_week_begins_with_the_first_failure() -> None:
    """What counts is when the image first failed, not when its event was published."""
    late = pending("a", first_failed_at_ms=NOON_MS - 8 * _DAY * 1000)
    assert _after(_DOWN, image=late).status is ImageStatus.FAILED


def test_the_waits_are_a_setting() -> None:
    """The last of the given waits repeats."""
    policy = RetryPolicy(delays_seconds=(0.5, 2))
    waits = [_waits_seconds(_after(_DOWN, image=pending("a", tries=n), policy=policy)) for n in range(4)]
    assert waits == [0.5, 2, 2, 2]


def test_success_forgets_the_failures() -> None:
    """An indexed image has no reason, no tries and no next time; what it is stays."""
    image = after_success(
        replace(_NEW, reason="x", http_status=503, tries=3, first_failed_at_ms=1, retry_at_ms=2)
    )
    assert image == replace(_NEW, status=ImageStatus.INDEXED)
