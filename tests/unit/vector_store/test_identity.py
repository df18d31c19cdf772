"""Ids of points are the same on every machine, for ever."""

from hypothesis import given
from hypothesis import strategies as st

from vector_store.identity import STATUS_POINT_ID, image_point_uuid, product_uuid

names = st.text(max_size=20)


def test_ids_never_change() -> None:
    """These very ids are in every index that was ever built; another id would double every point."""
    assert product_uuid("665f1c") == "6d3e7cd8-ac2f-527e-94b2-970efc8774b9"
    assert image_point_uuid("665f1c", "https://shop.example/a.jpg") == "de905395-880e-58e7-bae1-4c679aa75f16"


@given(names, names, names, names)
def test_ids_tell_products_and_images_apart(one: str, two: str, key: str, other: str) -> None:
    """Two products, two images of one product, and the same image of two products have ids of their own."""
    assert (product_uuid(one) == product_uuid(two)) == (one == two)
    assert (image_point_uuid(one, key) == image_point_uuid(two, other)) == ((one, key) == (two, other))
    assert image_point_uuid(one, key) not in {product_uuid(one), product_uuid(two), STATUS_POINT_ID}
