"""What a new generation takes over of a product's record in another. Pure: the properties run it as it is.

The copy is written by the protocol of every other state, as if a member had just read the state's event and
these images had come out like this. So it needs no argument of its own: it meets the same event from the log
as a redelivery does, and a later one as any earlier state does.
"""

from collections.abc import Mapping
from dataclasses import replace

from vector_store import ImagePoint, ImageState, ImageStatus, ProductRecord, ProductWrite, filterable_part
from vector_store.points import Vector

_REASON = "copied from another generation, to be embedded in this one"


def copied_write(
    record: ProductRecord,
    vectors: Mapping[str, Vector],
    *,
    anew: bool,
    filterable_attributes: Mapping[str, str],
    now_ms: int,
) -> ProductWrite:
    """The record as the first state of its product in another generation, and the points that come with it.

    It has the stamp that its event gives: attempts count what happened in the other generation, and an
    attempt may only add images to what is listed here. A deleted product is copied too, so that a stale
    create which the log still holds is refused.

    vectors: float32 [dimension] by image key, where both generations are of one model version.
    anew: every image is downloaded again, those included that were given up.
    filterable_attributes: of the generation that is built. now_ms: milliseconds since 1970.
    """
    stamp = replace(record.stamp, attempt=0)
    images = tuple(
        _copied_image(image, vector_known=image.key in vectors, anew=anew, now_ms=now_ms)
        for image in record.images
    )
    copied = replace(record, stamp=stamp, images=images, indexed_time_ms=now_ms)
    filterable = filterable_part(record.product or {}, filterable_attributes)
    points = tuple(
        ImagePoint(record.product_id, image.key, vectors[image.key], stamp, filterable)
        for image in images
        if image.status is ImageStatus.INDEXED
    )
    return ProductWrite(copied, points)


def _copied_image(image: ImageState, *, vector_known: bool, anew: bool, now_ms: int) -> ImageState:
    if not anew and (image.status is not ImageStatus.INDEXED or vector_known):
        return image
    return ImageState(
        key=image.key,
        url=image.url,
        status=ImageStatus.PENDING,
        public_id=image.public_id,
        version=image.version,
        reason=_REASON,
        retry_at_ms=now_ms,
    )
