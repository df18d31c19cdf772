"""A generation's description."""

import json

import pytest

from tests.contract.samples import a_generation
from vector_store import Generation, StoreCorrupt, StoreMisused, generation_name
from vector_store.generation import is_generation_name


def test_a_description_is_read_back_as_it_was_written() -> None:
    """Through JSON nothing is lost; what a newer release adds is ignored."""
    made = a_generation(attributes={"colour": "keyword"})
    stored = json.loads(json.dumps(made.to_json()))
    assert Generation.from_json({**stored, "later": 1}) == made


def test_each_generation_has_an_incarnation_of_its_own() -> None:
    """Two generations of one name are told apart."""
    assert a_generation().incarnation != a_generation().incarnation


def test_a_name_says_collection_and_model() -> None:
    """A suffix tells two generations of one model apart."""
    assert generation_name("products", "0a1b2c3d") == "products-0a1b2c3d"
    assert generation_name("products", "0a1b2c3d", "b") == "products-0a1b2c3d-b"


@pytest.mark.parametrize("name", ["", ".", "..", "-a", "a/b", "a\\b", "a b", "a\n", "ä", "a" * 122])
def test_a_name_that_is_more_than_a_name_is_refused(name: str) -> None:
    """A name becomes part of paths and requests: letters, digits, dots, hyphens and underscores only."""
    assert not is_generation_name(name)
    with pytest.raises(StoreMisused):
        Generation.from_json({**a_generation().to_json(), "name": name})


@pytest.mark.parametrize("field", list(a_generation().to_json()))
def test_a_description_with_a_hole_is_told(field: str) -> None:
    """A missing field, or one of another type, is StoreCorrupt and names the field."""
    whole = a_generation().to_json()
    for broken in ({name: value for name, value in whole.items() if name != field}, {**whole, field: None}):
        with pytest.raises(StoreCorrupt, match=field):
            Generation.from_json(broken)
