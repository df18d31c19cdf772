"""How a state is put right without an event: by the audit, and by who asks for an image once more.

Each step is guarded so that members may write at the same time: whatever they have written since the record
was read stands, and what was decided here changes nothing of it.
"""

from collections.abc import Collection as Ids
from dataclasses import replace

from vector_store.conditions import AllOf, HasId
from vector_store.points import DeletePoints, UpsertPoints
from vector_store.records import ImageState, ImageStatus, ProductRecord
from vector_store.stamp import Stamp, record_exactly
from vector_store.write_protocol import remove_points_below


def pending_again(record: ProductRecord, image_keys: Ids[str], *, now_ms: int, reason: str) -> ProductRecord:
    """The record's next attempt, with these of its images pending and due at once; the others as they are.

    The mender then embeds them again, under the state's own revision. Nothing of earlier failures is kept: an
    image that was given up gets its whole time anew. now_ms: milliseconds since 1970.
    """
    images = tuple(
        ImageState(
            key=image.key,
            url=image.url,
            status=ImageStatus.PENDING,
            public_id=image.public_id,
            version=image.version,
            reason=reason,
            retry_at_ms=now_ms,
        )
        if image.key in image_keys
        else image
        for image in record.images
    )
    return replace(record, stamp=record.stamp.next_attempt(), images=images)


def replace_as_read(amended: ProductRecord) -> UpsertPoints:
    """Replacement of a record by its next attempt, only over exactly the record that this was made from.

    The attempt must be the next one: a mender that has read the old record, and lists what it listed, is then
    refused.
    """
    as_read = replace(amended.stamp, attempt=amended.stamp.attempt - 1)
    return UpsertPoints(points=(amended.to_point(),), only_over=record_exactly(as_read))


def remove_these_below(product_id: str, stamp: Stamp, point_ids: Ids[str]) -> DeletePoints:
    """Removal of those of these image points of a product that a state of this stamp has replaced."""
    return DeletePoints(
        AllOf((HasId(frozenset(point_ids)), remove_points_below(product_id, stamp).where)),
    )
