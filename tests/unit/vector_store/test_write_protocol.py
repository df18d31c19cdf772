"""The write protocol: which operations, in which order, each guarded."""

from tests.contract.samples import a_record, a_write
from vector_store import ProductWrite, Stamp
from vector_store.conditions import matches
from vector_store.identity import image_point_uuid, product_uuid
from vector_store.points import DeletePoints, Operation, UpsertPoints
from vector_store.write_protocol import operations_for

LOW, SAME, HIGH = ({"revision": n, "tie": 5, "attempt": 2} for n in (3, 4, 5))


def a_batch() -> list[ProductWrite]:
    return [
        a_write(a_record("one", Stamp(4, 5, 2), indexed=["a", "b"], pending=["c"])),
        a_write(a_record("gone", Stamp(5, 0))),
        a_write(a_record("bare", Stamp(6, 1), failed=["d"])),
    ]


def kinds(operations: tuple[Operation, ...]) -> list[str]:
    return [
        "remove" if isinstance(each, DeletePoints) else str(each.points[0].payload["kind"])
        for each in operations
    ]


def test_points_come_before_records_and_records_before_removals() -> None:
    """In a batch all image points are written first, then all records, then what they replace is removed."""
    assert kinds(operations_for(a_batch())) == [
        "image",
        "record",
        "record",
        "record",
        "remove",
        "remove",
        "remove",
    ]


def test_every_indexed_image_is_written_with_the_new_revision() -> None:
    """A state's points carry its revision and tie, not its attempt, and its product's uuid."""
    upsert = operations_for(a_batch())[0]
    assert isinstance(upsert, UpsertPoints)
    assert [point.id for point in upsert.points] == [image_point_uuid("one", key) for key in "ab"]
    for point in upsert.points:
        assert (point.payload["revision"], point.payload["tie"]) == (4, 5)
        assert point.payload["product"] == product_uuid("one")
        assert "attempt" not in point.payload
        assert point.vector is not None


def test_each_step_is_guarded_by_the_stamp() -> None:
    """Points and removals touch only a lower (revision, tie), records only a lower stamp."""
    points, record, *_, removal, _, _ = operations_for(a_batch())
    assert isinstance(points, UpsertPoints)
    assert isinstance(record, UpsertPoints)
    assert isinstance(removal, DeletePoints)
    assert [matches(points.only_over, there) for there in (LOW, SAME, HIGH)] == [True, False, False]
    assert [matches(record.only_over, there) for there in (LOW, SAME, HIGH)] == [True, False, False]
    assert matches(record.only_over, {**SAME, "attempt": 1})
    assert not matches(points.only_over, {**SAME, "attempt": 1})
    mine = {"product": product_uuid("one"), "kind": "image"}
    assert [matches(removal.where, {**there, **mine}) for there in (LOW, SAME, HIGH)] == [True, False, False]
    assert not matches(removal.where, {**LOW, **mine, "kind": "record"})
    assert not matches(removal.where, {**LOW, **mine, "product": product_uuid("two")})


def test_writing_nothing_needs_no_operation() -> None:
    """An empty batch is none."""
    assert operations_for([]) == ()
