"""Images that have failed for good are tried once more, because somebody asks for it."""

from collections.abc import Callable

import structlog

from consumer.persistence import Persistence
from vector_store import ImageStatus, ProductIndex, ProductRecord, Stamp, pending_again

_log = structlog.get_logger()
_REASON = "redriven"
_MOST_ROUNDS = 5


def try_images_again(
    index: ProductIndex,
    product_id: str,
    stamp: Stamp,
    *,
    persistence: Persistence,
    now_ms: Callable[[], int],
) -> int:
    """Make the failed images of this state pending and due now; returns how many there were.

    Where the product has moved on, or the state has no failed image, nothing happens. Blocks while the index
    does not answer. Goes round again where somebody else wrote the record in between, since the request would
    be lost otherwise. stamp: of the event that brought the state. Raises Stopped.
    """
    for _ in range(_MOST_ROUNDS):
        record = persistence.call("index", lambda: index.record(product_id))
        if record is None or (record.stamp.revision, record.stamp.tie) != (stamp.revision, stamp.tie):
            return 0
        failed = {image.key for image in record.images if image.status is ImageStatus.FAILED}
        if not failed:
            return 0
        amended = pending_again(record, failed, now_ms=now_ms(), reason=_REASON)
        _amend(index, amended, persistence)
        now_there = persistence.call("index", lambda: index.record(product_id))
        if now_there is None or not _still_has_a_failure_of(now_there, record):
            _log.info("failed images will be tried again", product=product_id, images=len(failed))
            return len(failed)
    _log.warning("failed images could not be set to be tried again: redrive once more", product=product_id)
    return 0


def _amend(index: ProductIndex, amended: ProductRecord, persistence: Persistence) -> None:
    persistence.call("index", lambda: index.amend(amended))


def _still_has_a_failure_of(now_there: ProductRecord, before: ProductRecord) -> bool:
    failures = [image for image in before.images if image.status is ImageStatus.FAILED]
    same_state = (now_there.stamp.revision, now_there.stamp.tie) == (before.stamp.revision, before.stamp.tie)
    return same_state and any(failure in now_there.images for failure in failures)
