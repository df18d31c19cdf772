"""What a product is compared by."""

import numpy as np
import pytest

from search_api.errors import NothingIndexed
from search_api.queries.query_vector import vectors_of_products
from tests.contract.memory_store import MemoryStore
from tests.unit.search_api.shop import BLUE, RED, colour_vector, product_write, promoted_index
from vector_store import ProductIndex


@pytest.fixture
def index() -> ProductIndex:
    return promoted_index(MemoryStore())


def test_a_product_is_the_mean_of_its_images(index: ProductIndex) -> None:
    """The normalised mean of the stored vectors; images that are not indexed count for nothing."""
    index.write([product_write("a", {"r": RED, "b": BLUE}, pending=["p"], failed=["f"])])
    (vector,) = vectors_of_products(index, ["a"])
    mean = colour_vector(RED) + colour_vector(BLUE)
    assert vector.dtype == np.float32
    assert vector == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)


def test_images_that_cancel_out_cannot_be_compared(index: ProductIndex) -> None:
    """A mean of no direction is no vector, and no division by zero."""
    write = product_write("a", {"r": RED, "b": BLUE})
    opposite = [
        type(point)(point.product_id, point.image_key, vector, point.stamp, point.filterable)
        for point, vector in zip(write.points, (colour_vector(RED), -colour_vector(RED)), strict=True)
    ]
    index.write([type(write)(write.record, tuple(opposite))])
    with pytest.raises(NothingIndexed):
        vectors_of_products(index, ["a"])


def test_a_point_that_is_missing_is_passed_over(index: ProductIndex) -> None:
    """A record may list an image whose point was lost; the others still say what the product looks like."""
    write = product_write("a", {"r": RED, "b": BLUE})
    index.write([type(write)(write.record, write.points[:1])])
    assert vectors_of_products(index, ["a"])[0] == pytest.approx(colour_vector(RED), abs=1e-6)
