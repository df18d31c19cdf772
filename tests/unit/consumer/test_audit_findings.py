"""What an audit says about one product, and what a repair may do."""

from dataclasses import replace

import pytest

from consumer.audit.findings import Finding, FindingKind, Remedy, compare, repair
from tests.contract.samples import ATTRIBUTES, a_record, a_write
from vector_store import ImageStatus, ProductRecord, Stamp
from vector_store.identity import image_point_uuid
from vector_store.points import DeletePoints, Operation, Point, UpsertPoints

STAMP = Stamp(4, 5)
NOW_MS = 1_700_000_000_000


def points_of(record: ProductRecord) -> list[Point]:
    return [point.to_point() for point in a_write(record).points]


def found(record: ProductRecord | None, points: list[Point]) -> list[tuple[FindingKind, Remedy, str]]:
    findings = compare("u", record, points, ATTRIBUTES)
    return [(each.kind, each.remedy, each.why) for each in findings]


def at(point: Point, stamp: Stamp) -> Point:
    return replace(point, payload={**point.payload, "revision": stamp.revision, "tie": stamp.tie})


def test_what_belongs_together_is_no_finding() -> None:
    """A state as it was written: indexed images with points, others without."""
    record = a_record(
        "p",
        STAMP,
        indexed=["a", "b"],
        pending=["c"],
        failed=["d"],
        category="shirt",
        price=9.5,
        attributes={"sizes": (36, 38), "weight": "heavy", "colour": "red"},
    )
    assert found(record, points_of(record)) == []
    assert found(None, []) == []
    assert found(a_record("p", Stamp(5, 0)), []) == []


LOWER, SAME_PLACE, HIGHER = Stamp(4, 4), replace(STAMP, attempt=3), Stamp(4, 6)


@pytest.mark.parametrize(
    ("stamp", "remedy"), [(LOWER, Remedy.REMOVE), (SAME_PLACE, Remedy.NONE), (HIGHER, Remedy.NONE)], ids=str
)
@pytest.mark.parametrize(
    ("record", "why"),
    [
        (a_record("p", STAMP), "the record does not name the image"),
        (a_record("p", STAMP, pending=["x"]), "the record lists the image as pending"),
        (a_record("p", STAMP, failed=["x"]), "the record lists the image as failed"),
    ],
    ids=["not named", "pending", "failed"],
)
def test_a_point_that_is_not_listed_is_an_orphan(
    record: ProductRecord, why: str, stamp: Stamp, remedy: Remedy
) -> None:
    """It is removed only where it is strictly below its record's (revision, tie)."""
    [point] = points_of(a_record("p", stamp, indexed=["x"]))
    assert found(record, [point]) == [(FindingKind.ORPHAN, remedy, why)]


@pytest.mark.parametrize(("revision", "remedy"), [(4, Remedy.REMOVE), (6, Remedy.NONE)])
def test_a_point_of_a_deleted_product_is_an_orphan(revision: int, remedy: Remedy) -> None:
    """A later one may belong to a new life that is being written."""
    [point] = points_of(a_record("p", Stamp(revision, 9), indexed=["x"]))
    assert found(a_record("p", Stamp(5, 0)), [point]) == [
        (FindingKind.ORPHAN, remedy, "the product is deleted")
    ]


def test_a_point_without_a_record_is_an_orphan_that_stays() -> None:
    """Its record may be about to be written, and nothing is below a record that is not there."""
    [point] = points_of(a_record("p", STAMP, indexed=["x"]))
    assert found(None, [point]) == [(FindingKind.ORPHAN, Remedy.NONE, "the product has no record")]
    assert repair(None, compare("u", None, [point], {}), now_ms=NOW_MS) == ()


def test_a_point_in_anothers_place_is_an_orphan() -> None:
    """An image has one point; a copy under another id would be found as well."""
    record = a_record("p", STAMP, indexed=["a"])
    [point] = points_of(record)
    copy = replace(point, id=image_point_uuid("q", "a"))
    assert found(record, [point, copy]) == [
        (FindingKind.ORPHAN, Remedy.NONE, "the point's id is not that of its product and image")
    ]


def test_a_listed_image_without_a_point_is_missing() -> None:
    """Pending, failed and deleted ones have none."""
    record = a_record("p", STAMP, indexed=["a", "b"], pending=["c"])
    [missing] = compare("u", record, points_of(record)[:1], ATTRIBUTES)
    assert (missing.kind, missing.remedy, missing.image_key) == (
        FindingKind.MISSING,
        Remedy.EMBED_AGAIN,
        "b",
    )
    assert missing.point_id == image_point_uuid("p", "b")


def test_a_point_of_another_state_is_stale() -> None:
    """An earlier one is embedded again; a later one may be one that is being written."""
    record = a_record("p", STAMP, indexed=["a"])
    [point] = points_of(record)
    assert found(record, [at(point, LOWER)]) == [
        (FindingKind.STALE, Remedy.EMBED_AGAIN, "the point is of an earlier state than the record")
    ]
    assert found(record, [at(point, HIGHER)]) == [
        (FindingKind.STALE, Remedy.NONE, "the point is of a later state than the record")
    ]


def test_a_point_with_other_fields_is_stale() -> None:
    """Filters would find it by what its product is not."""
    record = a_record("p", STAMP, indexed=["a"], category="shirt")
    [point] = points_of(record)
    told = [(FindingKind.STALE, Remedy.NONE, "the point carries other fields than the record's")]
    assert found(record, [replace(point, payload={**point.payload, "category": "coat"})]) == told
    assert found(record, [replace(point, payload={**point.payload, "cost": 3})]) == told


@pytest.mark.parametrize("field", ["image_key", "revision", "tie"])
def test_a_point_that_cannot_be_read_is_told(field: str) -> None:
    """Whoever wrote it, the audit goes on and leaves it alone."""
    record = a_record("p", STAMP, indexed=["a"])
    [point] = points_of(record)
    damaged = replace(point, payload={**point.payload, field: ["?"]})
    assert [each[:2] for each in found(record, [damaged])] == [(FindingKind.UNREADABLE, Remedy.NONE)]


def test_a_repair_removes_and_embeds_again() -> None:
    """First the record's next attempt, then the removal of named lower points; nothing else is touched."""
    record = a_record("p", STAMP, indexed=["a", "b", "c"], failed=["d"])
    [a, b, _] = points_of(record)
    [old] = points_of(a_record("p", LOWER, indexed=["x"]))
    findings = compare(record.id, record, [a, at(b, LOWER), old], ATTRIBUTES)
    amend, remove = repair(record, findings, now_ms=NOW_MS)
    assert isinstance(amend, UpsertPoints)
    amended = ProductRecord.from_payload(amend.points[0].payload)
    assert amended.stamp == STAMP.next_attempt()
    assert {image.key: image.status for image in amended.images} == {
        "a": ImageStatus.INDEXED,
        "b": ImageStatus.PENDING,
        "c": ImageStatus.PENDING,
        "d": ImageStatus.FAILED,
    }
    assert amended.retry_at_ms == NOW_MS
    assert isinstance(remove, DeletePoints)
    assert old.id in str(remove)
    assert b.id not in str(remove)


def test_what_is_only_reported_is_not_written() -> None:
    """No operation comes of findings that a write under way may settle."""
    record = a_record("p", STAMP, indexed=["a"])
    [point] = points_of(record)
    nothing: tuple[Operation, ...] = ()
    assert repair(record, compare("u", record, [at(point, HIGHER)], ATTRIBUTES), now_ms=NOW_MS) == nothing


def test_a_finding_is_one_line_of_json() -> None:
    """Its kind, what is done, why, and what it is about."""
    finding = Finding(FindingKind.MISSING, Remedy.EMBED_AGAIN, "why", "point", "uuid", "p", "a")
    assert finding.to_json() == {
        "finding": "missing",
        "remedy": "embed again",
        "why": "why",
        "product_id": "p",
        "image_key": "a",
        "point_id": "point",
        "product_uuid": "uuid",
    }
