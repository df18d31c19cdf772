"""A generation looked at point by point, on every engine."""

from tests.contract.samples import ATTRIBUTES, a_record, a_write, insert, vector_of
from vector_store import Collection, ImagePoint, ProductIndex, Stamp
from vector_store.identity import image_point_uuid, product_uuid
from vector_store.inspection import Inspection


def filled(collection: Collection, products: int) -> Inspection:
    """Products with an image each, every third with a pending one too, and a point without a record."""
    ProductIndex(collection).write(
        a_write(a_record(f"p{n}", Stamp(2, 0), indexed=[f"{n}.jpg"], pending=["x.jpg"] if n % 3 == 0 else []))
        for n in range(products)
    )
    insert(collection, [ImagePoint("ghost", "g.jpg", vector_of("g"), Stamp(2, 0), {}).to_point()])
    ProductIndex(collection).write_status({"positions": []})
    return Inspection(collection)


def test_every_record_and_every_image_comes_once(collection: Collection) -> None:
    """Over several pages, in the order of ids; nothing of another kind is among them."""
    inspection = filled(collection, 230)
    records = [point for page in inspection.record_pages() for point in page.points]
    images = [point for page in inspection.image_pages() for point in page.points]
    assert [each.payload["product_id"] for each in records] == [
        name for _, name in sorted((product_uuid(f"p{n}"), f"p{n}") for n in range(230))
    ]
    assert [each.id for each in images] == sorted(
        [image_point_uuid("ghost", "g.jpg"), *(image_point_uuid(f"p{n}", f"{n}.jpg") for n in range(230))]
    )
    assert all(each.vector is None for each in images)
    assert (inspection.count_records(), inspection.count_images()) == (230, 231)


def test_pending_records_and_later_pages(collection: Collection) -> None:
    """Records with a pending image can be had alone, and from any id on."""
    inspection = filled(collection, 10)
    ids = [point.id for page in inspection.record_pages(pending=True) for point in page.points]
    assert ids == sorted(product_uuid(f"p{n}") for n in (0, 3, 6, 9))
    later = [
        point.id for page in inspection.record_pages(pending=True, from_id=ids[2]) for point in page.points
    ]
    assert later == ids[2:]


def test_what_belongs_to_some_products(collection: Collection) -> None:
    """Records and image points of named products, and which of some points exist."""
    inspection = filled(collection, 5)
    products = [product_uuid(name) for name in ("p1", "p4", "ghost")]
    assert inspection.records(products).keys() == set(products[:2])
    assert {point.payload["image_key"] for point in inspection.images_of(products)} == {
        "1.jpg",
        "4.jpg",
        "g.jpg",
    }
    there, gone = image_point_uuid("p1", "1.jpg"), image_point_uuid("p1", "2.jpg")
    assert inspection.which_exist([there, gone]) == {there}
    assert (inspection.records([]), inspection.images_of([]), inspection.which_exist([])) == ({}, [], set())
    # An image point in a record's place is no record.
    assert inspection.records([there]) == {}


def test_an_inspection_knows_its_generation(collection: Collection) -> None:
    """The typed attributes say which fields points carry."""
    assert dict(Inspection(collection).generation.filterable_attributes) == ATTRIBUTES


def test_products_for_sale_are_counted(collection: Collection) -> None:
    """Deleted ones keep their records, and are not among them; nor is the status."""
    filled(collection, 5)
    index = ProductIndex(collection)
    index.write([a_write(a_record("p1", Stamp(3, 0)))])
    assert (index.count_live(), index.count_records()) == (4, 5)
