"""What becomes of an image that could not be fetched: tried again, and when, or given up. Pure."""

from dataclasses import dataclass, replace

from images.errors import HostBusy, ImageError, MissingImage, UnavailableImage
from vector_store import ImageState, ImageStatus

_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When pending images are tried again.

    delays_seconds: before the second, third, … try; the last one repeats.
    give_up_seconds: how long after its first failure an image is given up.
    missing_grace_seconds: how long after its event an image that is not there may still appear.
    """

    delays_seconds: tuple[float, ...] = (60, 300, 1_800, 7_200, 21_600, 43_200, _DAY_SECONDS)
    give_up_seconds: float = 7 * _DAY_SECONDS
    missing_grace_seconds: float = _DAY_SECONDS


def after_failure(
    image: ImageState, error: Exception, *, event_time_ms: int, now_ms: int, policy: RetryPolicy
) -> ImageState:
    """The image's state after a try that failed: pending with its next try, or failed for good.

    An error that is no ImageError (a model's refusal, say) is for good.
    """
    first_failed_at_ms = image.first_failed_at_ms or now_ms
    failed = replace(
        image,
        reason=f"{type(error).__name__}: {error}",
        http_status=error.status if isinstance(error, ImageError) else None,
        # A busy host was not asked, so nothing was tried.
        tries=image.tries + (0 if isinstance(error, HostBusy) else 1),
        first_failed_at_ms=first_failed_at_ms,
    )
    if not _may_pass(error, event_time_ms, first_failed_at_ms, now_ms, policy):
        return replace(failed, status=ImageStatus.FAILED, retry_at_ms=None)
    step = min(max(failed.tries, 1), len(policy.delays_seconds)) - 1
    delay_seconds = policy.delays_seconds[step]
    if isinstance(error, UnavailableImage) and error.retry_after_seconds is not None:
        delay_seconds = max(delay_seconds, error.retry_after_seconds)
    # However late a host asks us to come, the last try is made while it still counts.
    last_try_ms = first_failed_at_ms + round(policy.give_up_seconds * 1000)
    retry_at_ms = min(now_ms + round(delay_seconds * 1000), max(last_try_ms, now_ms))
    return replace(failed, status=ImageStatus.PENDING, retry_at_ms=retry_at_ms)


def after_success(image: ImageState) -> ImageState:
    """The image's state once its vector is there."""
    return ImageState(
        key=image.key,
        url=image.url,
        status=ImageStatus.INDEXED,
        public_id=image.public_id,
        version=image.version,
    )


def _may_pass(
    error: Exception, event_time_ms: int, first_failed_at_ms: int, now_ms: int, policy: RetryPolicy
) -> bool:
    if isinstance(error, MissingImage):
        return now_ms - event_time_ms < policy.missing_grace_seconds * 1000
    if isinstance(error, UnavailableImage):
        return now_ms - first_failed_at_ms < policy.give_up_seconds * 1000
    return False
