"""What is wrong with one product's points, and what a repair may do about it.

Pure: the explorer runs it as it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from vector_store import ImageStatus, ProductRecord, filterable_part, pending_again
from vector_store.amendments import remove_these_below, replace_as_read
from vector_store.identity import image_point_uuid
from vector_store.points import Operation, Point

_OWN_FIELDS = frozenset({"kind", "product", "image_key", "revision", "tie"})
_REASON = "the audit found no point of this image's state"


class FindingKind(StrEnum):
    """How a point and its product's record disagree."""

    ORPHAN = "orphan"
    """A point whose product's record is missing, deleted, or does not list the image as indexed."""
    MISSING = "missing"
    """A record lists an image as indexed, and there is no such point."""
    STALE = "stale"
    """A point of an image that is listed, of another revision or with other fields than the record's."""
    UNREADABLE = "unreadable"
    """A record or a point of another shape than this release writes."""


class Remedy(StrEnum):
    """What a repair does about it."""

    REMOVE = "remove"
    """The point is removed, as long as it is strictly below its record's (revision, tie)."""
    EMBED_AGAIN = "embed again"
    """The image becomes pending and due, as long as the record is as it was read; the mender embeds it."""
    NONE = "none"
    """It is only reported: a write under way may be about to settle it, or a person must look."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement. point_id: of the image point, there or not; of the record, if that is unreadable.

    product_id: None where only the point is known. why: in words.
    """

    kind: FindingKind
    remedy: Remedy
    why: str
    point_id: str
    product_uuid: str
    product_id: str | None = None
    image_key: str | None = None

    def to_json(self) -> dict[str, object]:
        """For one line of output."""
        return {
            "finding": self.kind.value,
            "remedy": self.remedy.value,
            "why": self.why,
            "product_id": self.product_id,
            "image_key": self.image_key,
            "point_id": self.point_id,
            "product_uuid": self.product_uuid,
        }


def compare(
    product_uuid: str,
    record: ProductRecord | None,
    points: Sequence[Point],
    filterable_attributes: Mapping[str, str],
) -> list[Finding]:
    """All that is wrong between a record and the image points of its product."""
    found = [_of_point(product_uuid, record, point, filterable_attributes) for point in points]
    return [each for each in found if each is not None] + (
        [] if record is None else list(_missing(record, {point.id for point in points}))
    )


def repair(
    record: ProductRecord | None, findings: Iterable[Finding], *, now_ms: int
) -> tuple[Operation, ...]:
    """The guarded operations that put right what may be put right, in their order; none where nothing may.

    First the images that are to be embedded again become pending; their points of older states, if there are
    any, serve until the mender replaces them. now_ms: milliseconds since 1970.
    """
    if record is None:
        return ()
    by_remedy: dict[Remedy, list[Finding]] = {}
    for finding in findings:
        by_remedy.setdefault(finding.remedy, []).append(finding)
    operations: list[Operation] = []
    if keys := {each.image_key for each in by_remedy.get(Remedy.EMBED_AGAIN, ()) if each.image_key}:
        operations.append(replace_as_read(pending_again(record, keys, now_ms=now_ms, reason=_REASON)))
    if removable := [each.point_id for each in by_remedy.get(Remedy.REMOVE, ())]:
        operations.append(remove_these_below(record.product_id, record.stamp, removable))
    return tuple(operations)


def _missing(record: ProductRecord, there: set[str]) -> Iterator[Finding]:
    for image in record.images if record.live else ():
        point_id = image_point_uuid(record.product_id, image.key)
        if image.status is ImageStatus.INDEXED and point_id not in there:
            yield Finding(
                FindingKind.MISSING,
                Remedy.EMBED_AGAIN,
                "the record lists the image as indexed, and there is no such point",
                point_id,
                record.id,
                record.product_id,
                image.key,
            )


def _of_point(
    product_uuid: str, record: ProductRecord | None, point: Point, attributes: Mapping[str, str]
) -> Finding | None:
    key, revision, tie = (point.payload.get(field) for field in ("image_key", "revision", "tie"))
    product_id = None if record is None else record.product_id
    if not isinstance(key, str) or not isinstance(revision, int) or not isinstance(tie, int):
        why = "the point has no image key, revision or tie"
        return Finding(FindingKind.UNREADABLE, Remedy.NONE, why, point.id, product_uuid, product_id)

    def finding(kind: FindingKind, remedy: Remedy, why: str) -> Finding:
        return Finding(kind, remedy, why, point.id, product_uuid, product_id, key)

    if record is None:
        return finding(FindingKind.ORPHAN, Remedy.NONE, "the product has no record")
    place, records_place = (revision, tie), (record.stamp.revision, record.stamp.tie)
    if (orphaned := _why_orphan(record, point, key)) is not None:
        return finding(FindingKind.ORPHAN, Remedy.REMOVE if place < records_place else Remedy.NONE, orphaned)
    if place < records_place:
        why = "the point is of an earlier state than the record"
        return finding(FindingKind.STALE, Remedy.EMBED_AGAIN, why)
    if place > records_place:
        return finding(FindingKind.STALE, Remedy.NONE, "the point is of a later state than the record")
    fields = {name: value for name, value in point.payload.items() if name not in _OWN_FIELDS}
    if fields != filterable_part(record.product or {}, attributes):
        return finding(FindingKind.STALE, Remedy.NONE, "the point carries other fields than the record's")
    return None


def _why_orphan(record: ProductRecord, point: Point, key: str) -> str | None:
    if not record.live:
        return "the product is deleted"
    if point.id != image_point_uuid(record.product_id, key):
        return "the point's id is not that of its product and image"
    if record.lists_as_indexed(key):
        return None
    listed = next((image.status.value for image in record.images if image.key == key), None)
    return (
        "the record does not name the image" if listed is None else f"the record lists the image as {listed}"
    )
